import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Chapter 6: record rules. */
final class RulesApi {
    private static final Set<String> LOCATIONS = Set.of("cn-north-4");
    private static final Set<String> FORMATS = Set.of("HLS", "MP4");
    private static final String DEFAULT_PREFIX =
            "{app_id}/{record_format}/{stream}_{file_start_time}/{stream}_{file_start_time}";

    private final Store store;
    private final Jobs jobs;

    RulesApi(Store store, Jobs jobs) {
        this.store = store;
        this.jobs = jobs;
    }

    void register(Router router) {
        router.add("POST", "/v2/apps/{app_id}/record-rules", this::createOrUpdate);
        router.add("GET", "/v2/apps/{app_id}/record-rules", this::list);
        router.add("GET", "/v2/apps/{app_id}/record-rules/{rule_id}", this::show);
        router.add("PUT", "/v2/apps/{app_id}/record-rules/{rule_id}", this::update);
        router.add("DELETE", "/v2/apps/{app_id}/record-rules/{rule_id}", this::delete);
    }

    private Reply createOrUpdate(Request request) {
        Store.App app = store.app(request);
        Store.RuleSpec spec = readSpec(request);
        for (Store.Rule rule : app.rules.values()) {
            if (rule.spec.location().equals(spec.location()) && !Slip.slip("rule-post-always-creates")) {
                if (Slip.slip("rule-post-resets-create-time")) {
                    rule.createTime = Times.now();
                }
                rule.spec = spec;
                rule.updateTime = Times.now();
                return Reply.created(describe(app, rule));
            }
        }
        Store.Rule rule = new Store.Rule(Store.newId(), spec, Times.now());
        app.rules.put(rule.id, rule);
        return Reply.created(describe(app, rule));
    }

    private Reply list(Request request) {
        Store.App app = store.app(request);
        List<Object> rules = new ArrayList<>();
        for (Store.Rule rule : Paging.page(request, new ArrayList<>(app.rules.values()))) {
            rules.add(describe(app, rule));
        }
        return Reply.ok(Json.object("rules", rules));
    }

    private Reply show(Request request) {
        Store.App app = store.app(request);
        String id = request.path.get("rule_id");
        if (Slip.slip("rule-get-any-app")) {
            for (Store.App other : store.appsOf(app.tenant)) {
                if (other.rules.containsKey(id)) {
                    return Reply.ok(describe(other, other.rules.get(id)));
                }
            }
        }
        return Reply.ok(describe(app, app.rule(id)));
    }

    private Reply update(Request request) {
        Store.App app = store.app(request);
        Store.Rule rule = app.rule(request.path.get("rule_id"));
        Store.RuleSpec spec = readSpec(request);
        rule.spec = spec;
        if (!Slip.slip("rule-put-time-frozen")) {
            rule.updateTime = Times.now();
        }
        return Reply.ok(describe(app, rule));
    }

    private Reply delete(Request request) {
        Store.App app = store.app(request);
        Store.Rule rule = app.rule(request.path.get("rule_id"));
        if (jobs.usesRule(app, rule.id) && !Slip.slip("rule-delete-in-use")) {
            throw ApiException.jobRunning();
        }
        if (rule.id.equals(app.autoRuleId)) {
            throw ApiException.ruleForbiddenDelete();
        }
        app.rules.remove(rule.id);
        return Reply.empty(204);
    }

    private Store.RuleSpec readSpec(Request request) {
        Fields body = request.json();
        Map<String, Object> address = readAddress(body.object("obs_addr"), request.principal.tenant());
        List<String> formats = body.texts("record_formats");
        if (Slip.slip("rule-format-any-case")) {
            formats = formats.stream().map(String::toUpperCase).toList();
        }
        if (!FORMATS.containsAll(formats)) {
            throw ApiException.invalid();
        }
        if (formats.contains("HLS") && !body.has("hls_config") || formats.contains("MP4") && !body.has("mp4_config")) {
            throw ApiException.combination();
        }
        Map<String, Object> hls = body.has("hls_config") ? readHls(body.object("hls_config")) : null;
        Map<String, Object> mp4 = body.has("mp4_config") ? readMp4(body.object("mp4_config")) : null;
        return new Store.RuleSpec(address, formats, hls, mp4);
    }

    private Map<String, Object> readAddress(Fields address, Auth.Tenant tenant) {
        String location = address.text("location");
        if (!LOCATIONS.contains(location)) {
            throw ApiException.unsupportedRegion();
        }
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("location", location);
        out.put("project_id", address.text("project_id"));
        out.put("bucket", address.text("bucket"));
        out.put("object", address.text("object", ""));
        Store.Bucket bucket = store.bucket(tenant, address.text("bucket"), location);
        if (!bucket.authorized) {
            throw ApiException.invalid();
        }
        return out;
    }

    private Map<String, Object> readHls(Fields config) {
        int cycle = config.integer("record_cycle", 0, 43200);
        if (cycle != 0 && cycle < 60 && !Slip.slip("rule-hls-cycle-below-60")) {
            throw ApiException.invalid();
        }
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("record_cycle", cycle);
        out.put("record_prefix", prefix(config));
        out.put("record_slice_duration", config.integer("record_slice_duration", 2, 60,
                Slip.slip("rule-slice-default-2") ? 2 : 10));
        out.put("record_max_duration_to_merge_file", config.integer("record_max_duration_to_merge_file", -1, 300, 0));
        return out;
    }

    private Map<String, Object> readMp4(Fields config) {
        Map<String, Object> out = new LinkedHashMap<>();
        int longest = Slip.slip("rule-mp4-cycle-like-hls") ? 43200 : 10800;
        if (Slip.slip("rule-mp4-cycle-end-exclusive")) {
            longest--;
        }
        out.put("record_cycle", config.integer("record_cycle", 60, longest));
        out.put("record_prefix", prefix(config));
        out.put("record_max_duration_to_merge_file", config.integer("record_max_duration_to_merge_file", 0, 300, 0));
        return out;
    }

    private String prefix(Fields config) {
        String prefix = config.text("record_prefix", "");
        return prefix.isEmpty() ? DEFAULT_PREFIX : prefix;
    }

    private Map<String, Object> describe(Store.App app, Store.Rule rule) {
        Store.RuleSpec spec = rule.spec;
        return Json.object("app_id", app.id, "rule_id", rule.id,
                "create_time", Times.millis(rule.createTime),
                "obs_addr", spec.obsAddr(),
                "record_formats", spec.formats(),
                "hls_config", spec.hls() == null ? Json.ABSENT : spec.hls(),
                "mp4_config", spec.mp4() == null ? Json.ABSENT : spec.mp4(),
                "update_time", Times.millis(rule.updateTime));
    }
}
