import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All state of the server. Handlers run while holding the monitor of the store. */
final class Store {
    private static final SecureRandom RANDOM = new SecureRandom();

    final Map<String, App> apps = new LinkedHashMap<>();
    final Map<String, Map<String, Bucket>> buckets = new LinkedHashMap<>();
    final Traffic traffic = new Traffic();

    static String newId() {
        byte[] bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** The application of the caller's tenant or 404. */
    App app(Request request) {
        App app = findApp(request.principal, request.path.get("app_id"));
        if (app == null) {
            throw ApiException.appNotExist();
        }
        return app;
    }

    App findApp(Auth.Principal principal, String appId) {
        App app = apps.get(appId);
        return app == null || app.deleted || !app.tenant.id.equals(principal.tenant().id) ? null : app;
    }

    List<App> appsOf(Auth.Tenant tenant) {
        List<App> result = new ArrayList<>();
        for (App app : apps.values()) {
            if (app.tenant.id.equals(tenant.id)) {
                result.add(app);
            }
        }
        return result;
    }

    Map<String, Bucket> bucketsOf(Auth.Tenant tenant) {
        return buckets.computeIfAbsent(tenant.id, id -> new LinkedHashMap<>());
    }

    /** A bucket of the tenant in that region or 404. */
    Bucket bucket(Auth.Tenant tenant, String name, String location) {
        Bucket bucket = bucketsOf(tenant).get(name);
        if (bucket == null || !bucket.location.equals(location)) {
            throw ApiException.bucketNotExist();
        }
        return bucket;
    }

    static final class App {
        final String id;
        final String name;
        final Auth.Tenant tenant;
        final long createTime;
        final String appKey;
        String state = "ACTIVATION";
        long stateTime;
        boolean deleted;
        Callback recordCallback;
        String autoMode = "AUTO_RECORD_OFF";
        String autoRuleId;
        long autoTime;
        final Map<String, Rule> rules = new LinkedHashMap<>();
        final Map<String, Job> mixJobs = new LinkedHashMap<>();
        final Map<String, Job> singleJobs = new LinkedHashMap<>();

        App(String id, String name, Auth.Tenant tenant, long createTime) {
            this.id = id;
            this.name = name;
            this.tenant = tenant;
            this.createTime = createTime;
            this.stateTime = createTime;
            this.autoTime = createTime;
            this.appKey = newId().substring(0, 16).toUpperCase();
        }

        String domain() {
            return id + ".sparkrtc.myhuaweicloud.com";
        }

        boolean active() {
            return state.equals("ACTIVATION");
        }

        Rule rule(String ruleId) {
            Rule rule = rules.get(ruleId);
            if (rule == null) {
                throw ApiException.ruleNotExist();
            }
            return rule;
        }

        List<Job> allJobs() {
            List<Job> jobs = new ArrayList<>(mixJobs.values());
            jobs.addAll(singleJobs.values());
            return jobs;
        }
    }

    record Callback(String url, String authKey, long updateTime) {
    }

    static final class Rule {
        final String id;
        long createTime;
        long updateTime;
        RuleSpec spec;

        Rule(String id, RuleSpec spec, long createTime) {
            this.id = id;
            this.spec = spec;
            this.createTime = createTime;
            this.updateTime = createTime;
        }
    }

    /** The part of a rule a client writes; replaced as a whole by every update. */
    record RuleSpec(Map<String, Object> obsAddr, List<String> formats, Map<String, Object> hls,
                    Map<String, Object> mp4) {
        String location() {
            return (String) obsAddr.get("location");
        }
    }

    static final class Job {
        final String id = newId();
        final boolean mix;
        final String appId;
        final String roomId;
        /** Individual jobs only. */
        final String userId;
        final long createTime;
        long updateTime;
        long stopTime;
        String stopReason;
        int maxIdleTime;
        String ruleId;
        /** mix_param of a mix job, or the scalar settings of an individual job, as returned. */
        final Map<String, Object> settings = new LinkedHashMap<>();

        Job(boolean mix, String appId, String roomId, String userId, long createTime) {
            this.mix = mix;
            this.appId = appId;
            this.roomId = roomId;
            this.userId = userId;
            this.createTime = createTime;
            this.updateTime = createTime;
        }

        String streamName() {
            if (mix && Slip.slip("mix-stream-name-swapped")) {
                return "m_" + roomId + "_" + id;
            }
            if (!mix && Slip.slip("single-stream-name-without-user")) {
                return "s_" + id + "_" + roomId;
            }
            return mix ? "m_" + id + "_" + roomId : "s_" + id + "_" + roomId + "_" + userId;
        }

        boolean stopped() {
            return stopTime != 0;
        }
    }

    static final class Bucket {
        final String name;
        final String location;
        final long created;
        boolean authorized;
        final List<ObsFile> files = new ArrayList<>();

        Bucket(String name, String location, long created, boolean authorized) {
            this.name = name;
            this.location = location;
            this.created = created;
            this.authorized = authorized;
        }
    }

    record ObsFile(String name, long bytes, long modified) {
    }
}
