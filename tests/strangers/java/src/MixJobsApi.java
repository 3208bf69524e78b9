import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Chapter 9: mix stream jobs. */
final class MixJobsApi {
    static final String AUDIO_ONLY = "audio_only";
    private static final Set<String> TEMPLATES = Set.of(
            "1920*1080_30_4620", "1920*1080_30_3150", "1920*1080_15_3460", "1920*1080_15_2080",
            "1280*720_30_3420", "1280*720_30_1710", "1280*720_15_2260", "1280*720_15_1130",
            "640*480_30_1500", "640*480_15_500", "640*480_30_1000", "480*360_30_490", "480*360_15_320");
    private static final Set<String> LAYOUTS =
            Set.of("nine_grids_view", "screen_share_left", "screen_share_right", "custom");
    private static final Set<String> VIDEO_TYPES = Set.of("CAMERASTREAM", "SCREENSTREAM");
    private static final Set<String> CROP_MODES = Set.of("KEEP_RATIO_PADDING", "KEEP_RATIO_CROP");
    private static final Set<String> FILLING_POLICIES = Set.of("FIXED_USER", "SHARED_SCREEN");
    private static final List<String> IMAGES =
            List.of("default_user_background_image", "screen_background_image", "background_image");
    private static final int MAX_LAYERS = 25;
    private static final int MAX_SCREEN_SHARE_PANES = 17;

    private final Store store;
    private final Jobs jobs;

    MixJobsApi(Store store, Jobs jobs) {
        this.store = store;
        this.jobs = jobs;
    }

    void register(Router router) {
        router.add("POST", "/v2/apps/{app_id}/mix-stream-jobs", this::start);
        router.add("GET", "/v2/apps/{app_id}/mix-stream-jobs/{job_id}", this::show);
        router.add("PUT", "/v2/apps/{app_id}/mix-stream-jobs/{job_id}", this::update);
        router.add("DELETE", "/v2/apps/{app_id}/mix-stream-jobs/{job_id}", this::stop);
    }

    private Reply start(Request request) {
        Store.App app = store.app(request);
        if (app.active() || !Slip.slip("mix-starts-while-disabled")) {
            jobs.checkStart(app);
        }
        Fields body = request.json();
        Fields param = body.object("mix_param");
        String room = param.text("room_id");
        String template = readTemplate(param);
        int idle = readIdle(param);
        Map<String, Object> video = template.equals(AUDIO_ONLY) && !Slip.slip("mix-audio-only-keeps-layout")
                ? Map.of() : readVideo(param);
        String ruleId = jobs.readRule(app, body);

        Store.Job job = new Store.Job(true, app.id, room, null, Times.now());
        job.maxIdleTime = idle;
        job.ruleId = ruleId;
        job.settings.put("room_id", room);
        job.settings.put("encode_template", template);
        job.settings.put("max_idle_time", idle);
        job.settings.putAll(video);
        app.mixJobs.put(job.id, job);
        return Reply.created(describe(job));
    }

    private int readIdle(Fields param) {
        if (Slip.slip("mix-idle-below-5") && param.has("max_idle_time")) {
            return param.integer("max_idle_time", 0, Jobs.MAX_IDLE);
        }
        return jobs.readIdle(param);
    }

    private Reply show(Request request) {
        Store.App app = store.app(request);
        return Reply.ok(describe(jobs.find(app.mixJobs, request)));
    }

    private Reply update(Request request) {
        Store.App app = store.app(request);
        Store.Job job = jobs.find(app.mixJobs, request);
        if (job.stopped()) {
            throw ApiException.jobDone();
        }
        jobs.checkActive(app);
        Fields param = request.json().object("mix_param");
        int idle = param.integer("max_idle_time", Jobs.MIN_IDLE, Jobs.MAX_IDLE,
                (Integer) job.settings.get("max_idle_time"));
        Map<String, Object> changes = new LinkedHashMap<>();
        if (!AUDIO_ONLY.equals(job.settings.get("encode_template"))) {
            String layout = (String) job.settings.get("layout_template");
            if (param.has("layout_template")) {
                String wanted = readLayout(param);
                if (!wanted.equals(layout) && !Slip.slip("mix-layout-switch-allowed")) {
                    throw ApiException.combination();
                }
                layout = wanted;
                changes.put("layout_template", layout);
            }
            changes.putAll(readImages(param));
            if (param.has("layout_panes")) {
                changes.put("layout_panes", readPanes(param, layout));
            }
        }
        if (!Slip.slip("mix-put-idle-not-rearmed")) {
            job.maxIdleTime = idle;
        }
        job.settings.put("max_idle_time", idle);
        job.settings.putAll(changes);
        if (!Slip.slip("mix-put-time-frozen")) {
            job.updateTime = Times.now();
        }
        return Reply.ok(describe(job));
    }

    private Reply stop(Request request) {
        Store.App app = store.app(request);
        if (Slip.slip("mix-stop-unknown-204") && !app.mixJobs.containsKey(request.path.get("job_id"))) {
            return Reply.empty(204);
        }
        return jobs.stop(jobs.find(app.mixJobs, request));
    }

    /** The tables write 1280*720, every example 1280x720: both are accepted and echoed as given. */
    private String readTemplate(Fields param) {
        String template = param.text("encode_template");
        if (!template.equals(AUDIO_ONLY) && !TEMPLATES.contains(template.replace('x', '*'))) {
            throw ApiException.invalid();
        }
        return template;
    }

    private Map<String, Object> readVideo(Fields param) {
        Map<String, Object> out = new LinkedHashMap<>();
        if (Slip.slip("mix-layout-optional") && !param.has("layout_template")) {
            return out;
        }
        String layout = readLayout(param);
        out.put("layout_template", layout);
        out.putAll(readImages(param));
        if (param.has("layout_panes")) {
            out.put("layout_panes", readPanes(param, layout));
        } else if (!layout.equals("nine_grids_view")) {
            throw ApiException.combination();
        }
        return out;
    }

    private String readLayout(Fields param) {
        String layout = param.text("layout_template");
        if (!LAYOUTS.contains(layout)) {
            throw ApiException.layoutNotExist();
        }
        return layout;
    }

    private Map<String, Object> readImages(Fields param) {
        Map<String, Object> out = new LinkedHashMap<>();
        for (String name : IMAGES) {
            if (param.has(name)) {
                String uri = param.text(name, "");
                if (!uri.isEmpty()) {
                    checkImage(uri);
                }
                out.put(name, uri);
            }
        }
        if (param.has("user_background_images")) {
            List<Object> images = new ArrayList<>();
            for (Fields image : param.objects("user_background_images")) {
                String user = image.text("user_id");
                String uri = image.text("image_uri");
                checkImage(uri);
                images.add(Json.object("user_id", user, "image_uri", uri));
            }
            out.put("user_background_images", images);
        }
        return out;
    }

    private void checkImage(String uri) {
        if (!uri.matches("s3://[^/\\s]+/\\S+")) {
            throw ApiException.invalid();
        }
    }

    private List<Object> readPanes(Fields param, String layout) {
        List<Fields> panes = param.objects("layout_panes");
        int max = layout.startsWith("screen_share") ? MAX_SCREEN_SHARE_PANES : MAX_LAYERS;
        if (panes.size() > max) {
            throw ApiException.invalid();
        }
        if (panes.isEmpty() && !layout.equals("nine_grids_view")) {
            throw ApiException.combination();
        }
        List<Object> out = new ArrayList<>();
        for (Fields pane : panes) {
            out.add(readPane(pane));
        }
        return out;
    }

    private Map<String, Object> readPane(Fields pane) {
        Map<String, Object> out = new LinkedHashMap<>();
        if (pane.has("id")) {
            out.put("id", pane.integer("id", 1, Integer.MAX_VALUE));
        }
        if (pane.has("user_id")) {
            out.put("user_id", pane.text("user_id", ""));
        }
        out.put("video_type", pane.choice("video_type", VIDEO_TYPES, "CAMERASTREAM"));
        for (String name : List.of("x", "y", "width", "height")) {
            if (pane.has(name)) {
                out.put(name, pane.decimal(name, 0.0, 1.0));
            }
        }
        if (pane.has("zorder")) {
            out.put("zorder", pane.integer("zorder", 0, MAX_LAYERS - 1));
        }
        if (pane.has("crop_mode")) {
            out.put("crop_mode", pane.choice("crop_mode", CROP_MODES));
        }
        if (pane.has("filling_policy")) {
            out.put("filling_policy", pane.choice("filling_policy", FILLING_POLICIES));
        }
        return out;
    }

    private Map<String, Object> describe(Store.Job job) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("job_id", job.id);
        out.put("stream_name", job.streamName());
        out.put("app_id", job.appId);
        out.put("room_id", job.roomId);
        out.put("mix_param", job.settings);
        jobs.describe(job, out);
        return out;
    }
}
