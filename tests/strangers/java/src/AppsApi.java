import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Chapter 5 (applications), 7 (automatic recording) and 8 (record callback). */
final class AppsApi {
    static final int MAX_APPS = 20;
    private static final Set<String> STATES = Set.of("ACTIVATION", "DEACTIVATION", "ARREARS");
    private static final Set<String> AUTO_MODES = Set.of("AUTO_RECORD_OFF", "AUTO_INDIVIDUAL_RECORD");
    private static final List<String> EVENTS = List.of("RECORD_NEW_FILE_START", "RECORD_FILE_COMPLETE");

    private final Store store;
    private final Jobs jobs;

    AppsApi(Store store, Jobs jobs) {
        this.store = store;
        this.jobs = jobs;
    }

    void register(Router router) {
        router.add("POST", "/v2/apps", this::create);
        router.add("GET", "/v2/apps", this::list);
        router.add("GET", "/v2/apps/{app_id}", this::show);
        router.add("DELETE", "/v2/apps/{app_id}", this::delete);
        router.add("POST", "/v2/apps/{app_id}/enable", r -> setState(r, "ACTIVATION"));
        router.add("POST", "/v2/apps/{app_id}/disable", r -> setState(r, "DEACTIVATION"));
        router.add("PUT", "/v2/apps/{app_id}/auto-record-mode", this::setAutoRecord);
        router.add("GET", "/v2/apps/{app_id}/auto-record-mode", this::showAutoRecord);
        router.add("PUT", "/v2/apps/{app_id}/record-callback", this::setCallback);
        router.add("GET", "/v2/apps/{app_id}/record-callback", this::showCallback);
    }

    private Reply create(Request request) {
        String name = request.json().text("app_name");
        List<Store.App> existing = store.appsOf(request.principal.tenant());
        boolean onlyActive = Slip.slip("app-name-reusable-when-disabled");
        if (existing.stream().anyMatch(a -> a.name.equals(name) && (a.active() || !onlyActive))) {
            throw ApiException.appExist();
        }
        int allowed = Slip.slip("app-limit-off-by-one") ? MAX_APPS + 1 : MAX_APPS;
        if (existing.size() >= allowed) {
            throw ApiException.appsExceed();
        }
        Store.App app = new Store.App(Store.newId(), name, request.principal.tenant(), Times.now());
        store.apps.put(app.id, app);
        return Reply.created(Json.object("app_id", app.id));
    }

    private Reply list(Request request) {
        String state = request.param("state");
        if (state != null && !STATES.contains(state)) {
            throw ApiException.invalid();
        }
        List<Store.App> matching = new ArrayList<>();
        for (Store.App app : store.appsOf(request.principal.tenant())) {
            if (state == null || app.state.equals(state)) {
                matching.add(app);
            }
        }
        List<Object> page = new ArrayList<>();
        for (Store.App app : Paging.page(request, matching)) {
            page.add(describe(app));
        }
        int count = Slip.slip("app-list-count-of-page") ? page.size() : matching.size();
        return Reply.ok(Json.object("count", count, "apps", page));
    }

    private Reply show(Request request) {
        if (Slip.slip("app-get-any-tenant") && store.apps.containsKey(request.path.get("app_id"))) {
            return Reply.ok(describe(store.apps.get(request.path.get("app_id"))));
        }
        return Reply.ok(describe(store.app(request)));
    }

    private Reply delete(Request request) {
        Store.App app = store.app(request);
        if (!app.rules.isEmpty()) {
            throw ApiException.recordRuleExist();
        }
        if (jobs.anyRunning(app)) {
            throw ApiException.jobRunning();
        }
        if (Slip.slip("deleted-app-stays-listed")) {
            app.deleted = true;
        } else {
            store.apps.remove(app.id);
        }
        return Reply.empty(204);
    }

    private Reply setState(Request request, String state) {
        Store.App app = store.app(request);
        String before = app.state;
        app.state = state;
        if (state.equals("ACTIVATION") || !Slip.slip("disable-time-frozen")) {
            app.stateTime = Times.now();
        }
        if (state.equals("DEACTIVATION") && Slip.slip("disable-closes-rooms")) {
            for (Traffic.Room room : store.traffic.rooms(app.id, null)) {
                if (room.running()) {
                    room.leave(null, Times.now());
                }
            }
        }
        Reply reply = Reply.ok(Json.object("app_id", app.id, "state", describeState(app)));
        if (state.equals("ACTIVATION") && Slip.slip("enable-not-stored")) {
            app.state = before;
        }
        return reply;
    }

    private Reply setAutoRecord(Request request) {
        Store.App app = store.app(request);
        Fields body = request.json();
        String mode = Slip.slip("auto-record-mode-unchecked") ? body.text("mode") : body.choice("mode", AUTO_MODES);
        String ruleId = body.text("record_rule_id", "");
        if (mode.equals("AUTO_INDIVIDUAL_RECORD")) {
            boolean optional = Slip.slip("auto-record-rule-optional");
            if (ruleId.isBlank() && !optional) {
                throw ApiException.combination();
            }
            if (!ruleId.isBlank()) {
                app.rule(ruleId);
            }
        } else {
            ruleId = "";
        }
        if (mode.equals("AUTO_RECORD_OFF") && Slip.slip("auto-record-off-not-stored")) {
            return Reply.ok(Json.object("app_id", app.id, "auto_record_mode",
                    Json.object("mode", mode, "update_time", Times.millis(Times.now()))));
        }
        app.autoMode = mode;
        app.autoRuleId = ruleId.isEmpty() ? null : ruleId;
        app.autoTime = Times.now();
        return autoRecordReply(app);
    }

    private Reply showAutoRecord(Request request) {
        Store.App app = store.app(request);
        if (Slip.slip("auto-record-time-moves-on-read")) {
            app.autoTime = Times.now();
        }
        return autoRecordReply(app);
    }

    private Reply autoRecordReply(Store.App app) {
        return Reply.ok(Json.object("app_id", app.id, "auto_record_mode", describeAutoRecord(app)));
    }

    private Reply setCallback(Request request) {
        Store.App app = store.app(request);
        Fields body = request.json();
        String url = body.text("url");
        if (!url.matches("https?://[^\\s/?#]+\\S*") && !Slip.slip("callback-scheme-unchecked")) {
            throw ApiException.invalid();
        }
        String key = body.text("auth_key", "");
        if (Slip.slip("callback-key-truncated") && key.length() > 16) {
            key = key.substring(0, 16);
        }
        long time = Slip.slip("callback-time-local") ? Times.now() + 8 * Times.HOUR : Times.now();
        app.recordCallback = new Store.Callback(url, key, time);
        return callbackReply(app);
    }

    private Reply showCallback(Request request) {
        if (Slip.slip("callback-unknown-app-400")
                && store.findApp(request.principal, request.path.get("app_id")) == null) {
            throw ApiException.invalid();
        }
        return callbackReply(store.app(request));
    }

    private Reply callbackReply(Store.App app) {
        return Reply.ok(Json.object("app_id", app.id, "record_callback", describeCallback(app.recordCallback)));
    }

    private Map<String, Object> describe(Store.App app) {
        return Json.object(
                "app_name", app.name,
                "app_id", app.id,
                "state", describeState(app),
                "scope", "DOMESTIC",
                "tenant_name", app.tenant.domain,
                "domain", app.domain(),
                "create_time", Times.millis(app.createTime),
                "authentication", Json.object("enable", true, "expire", 300, "app_key", app.appKey,
                        "update_time", Times.millis(app.createTime)),
                "callbacks", Json.object("push_callback", describeCallback(null),
                        "record_callback", describeCallback(app.recordCallback)),
                "auto_record_mode", describeCachedAutoRecord(app));
    }

    private final Map<String, Map<String, Object>> autoRecordCache = new HashMap<>();

    private Map<String, Object> describeCachedAutoRecord(Store.App app) {
        if (Slip.slip("auto-record-stale-in-app")) {
            return autoRecordCache.computeIfAbsent(app.id, id -> describeAutoRecord(app));
        }
        return describeAutoRecord(app);
    }

    private Map<String, Object> describeState(Store.App app) {
        return Json.object("state", app.state, "update_time", Times.millis(app.stateTime));
    }

    private Map<String, Object> describeAutoRecord(Store.App app) {
        return Json.object("mode", app.autoMode,
                "record_rule_id", app.autoRuleId == null ? Json.ABSENT : app.autoRuleId,
                "update_time", Times.millis(app.autoTime));
    }

    private Map<String, Object> describeCallback(Store.Callback callback) {
        if (callback == null) {
            return Json.object("url", "", "auth_key", "", "notify_event_subscription", List.of(), "update_time", "");
        }
        return Json.object("url", callback.url(), "auth_key", callback.authKey(),
                "notify_event_subscription", Slip.slip("callback-events-as-text") ? String.join(",", EVENTS) : EVENTS,
                "update_time", Times.millis(callback.updateTime()));
    }
}
