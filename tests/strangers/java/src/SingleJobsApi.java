import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Chapter 10: individual stream jobs. */
final class SingleJobsApi {
    private static final Set<String> VIDEO_TYPES = Set.of("CAMERASTREAM", "SCREENSTREAM");
    private static final Set<String> STREAM_TYPES = Set.of("LD", "SD", "HD", "FHD");

    private final Store store;
    private final Jobs jobs;

    SingleJobsApi(Store store, Jobs jobs) {
        this.store = store;
        this.jobs = jobs;
    }

    void register(Router router) {
        router.add("POST", "/v2/apps/{app_id}/individual-stream-jobs", this::start);
        router.add("GET", "/v2/apps/{app_id}/individual-stream-jobs/{job_id}", this::show);
        router.add("PUT", "/v2/apps/{app_id}/individual-stream-jobs/{job_id}", this::update);
        router.add("DELETE", "/v2/apps/{app_id}/individual-stream-jobs/{job_id}", this::stop);
    }

    private Reply start(Request request) {
        Store.App app = store.app(request);
        jobs.checkStart(app);
        Fields body = request.json();
        // The table says String, the request example sends the number 100.
        String room = body.raw("room_id") instanceof Long number ? String.valueOf(number) : body.text("room_id");
        String user = Slip.slip("single-user-optional") ? body.text("user_id", "") : body.text("user_id");
        boolean audio = body.bool("is_record_audio", true);
        String video = body.choice("video_type", VIDEO_TYPES, "CAMERASTREAM");
        String stream = body.choice("select_stream_type", STREAM_TYPES,
                Slip.slip("single-select-default-hd") ? "HD" : "FHD");
        int idle = jobs.readIdle(body);
        String ruleId = jobs.readRule(app, body);

        Store.Job job = new Store.Job(false, app.id, room, user, Times.now());
        job.maxIdleTime = idle;
        job.ruleId = ruleId;
        job.settings.put("is_record_audio", audio);
        job.settings.put("video_type", video);
        job.settings.put("select_stream_type", stream);
        job.settings.put("max_idle_time", idle);
        app.singleJobs.put(job.id, job);
        return Reply.created(describe(job));
    }

    private Reply show(Request request) {
        Store.App app = store.app(request);
        if (Slip.slip("single-get-any-app")) {
            for (Store.App other : store.appsOf(app.tenant)) {
                if (other.singleJobs.containsKey(request.path.get("job_id"))) {
                    return Reply.ok(describe(jobs.find(other.singleJobs, request)));
                }
            }
        }
        Map<String, Object> shown = describe(jobs.find(app.singleJobs, request));
        if (Slip.slip("single-idle-as-text")) {
            shown.put("max_idle_time", String.valueOf(shown.get("max_idle_time")));
        }
        return Reply.ok(shown);
    }

    private Reply update(Request request) {
        Store.App app = store.app(request);
        Store.Job job = jobs.find(app.singleJobs, request);
        if (job.stopped()) {
            throw ApiException.jobDone();
        }
        jobs.checkActive(app);
        // The example request carries no body at all.
        String ruleId = request.hasBody() ? jobs.readRule(app, request.json()) : null;
        String before = job.ruleId;
        if (ruleId != null) {
            job.ruleId = ruleId;
            job.updateTime = Times.now();
        }
        Reply reply = Reply.ok(describe(job));
        if (ruleId != null && Slip.slip("single-put-not-stored")) {
            job.ruleId = before;
        }
        return reply;
    }

    private Reply stop(Request request) {
        Store.App app = store.app(request);
        return jobs.stop(jobs.find(app.singleJobs, request));
    }

    private Map<String, Object> describe(Store.Job job) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("job_id", job.id);
        out.put("stream_name", job.streamName());
        out.put("app_id", job.appId);
        out.put("room_id", job.roomId);
        out.put("user_id", job.userId);
        out.putAll(job.settings);
        jobs.describe(job, out);
        return out;
    }
}
