import java.util.Map;

/** What mix and individual jobs have in common: state, idle stop, the recording rule. */
final class Jobs {
    static final int MIN_IDLE = 5;
    static final int MAX_IDLE = 43200;
    static final int DEFAULT_IDLE = 30;
    private static final int MAX_RUNNING = 500;
    private static final long INIT_TIME = 1000;

    private final Store store;

    Jobs(Store store) {
        this.store = store;
    }

    /** Stops the job when nobody has been publishing in its room for longer than max_idle_time. */
    void refresh(Store.Job job) {
        if (job.stopped() || job.mix && Slip.slip("mix-never-idles-out")) {
            return;
        }
        long idleSince = Math.max(job.createTime, store.traffic.idleSince(job.appId, job.roomId));
        long deadline = idleSince + job.maxIdleTime * 1000L;
        if (Times.now() > deadline) {
            job.stopTime = deadline;
            job.stopReason = "EXCEED_MAX_IDLE_TIME";
        }
    }

    String state(Store.Job job) {
        if (job.stopped()) {
            return "STOPPED";
        }
        return Times.now() - job.createTime < INIT_TIME ? "INIT" : "RUNNING";
    }

    Store.Job find(Map<String, Store.Job> jobs, Request request) {
        Store.Job job = jobs.get(request.path.get("job_id"));
        if (job == null) {
            throw ApiException.jobNotExist();
        }
        refresh(job);
        return job;
    }

    Reply stop(Store.Job job) {
        if (job.stopped()) {
            throw ApiException.jobDone();
        }
        job.stopTime = Times.now();
        job.stopReason = "TENANT_STOP";
        return Reply.empty(204);
    }

    boolean anyRunning(Store.App app) {
        return running(app) > 0;
    }

    boolean usesRule(Store.App app, String ruleId) {
        for (Store.Job job : app.allJobs()) {
            refresh(job);
            if (!job.stopped() && ruleId.equals(job.ruleId)) {
                return true;
            }
        }
        return false;
    }

    void checkStart(Store.App app) {
        checkActive(app);
        if (running(app) >= MAX_RUNNING) {
            throw ApiException.jobExceed();
        }
    }

    void checkActive(Store.App app) {
        if (!app.active()) {
            throw ApiException.appDeactivated();
        }
    }

    private int running(Store.App app) {
        int count = 0;
        for (Store.Job job : app.allJobs()) {
            refresh(job);
            if (!job.stopped()) {
                count++;
            }
        }
        return count;
    }

    /** record_param.record_rule_id, checked against the rules of the app; null when not carried. */
    String readRule(Store.App app, Fields body) {
        if (!body.has("record_param")) {
            return null;
        }
        return app.rule(body.object("record_param").text("record_rule_id")).id;
    }

    int readIdle(Fields fields) {
        return fields.integer("max_idle_time", MIN_IDLE, MAX_IDLE, DEFAULT_IDLE);
    }

    /** The tail every job answer shares. */
    void describe(Store.Job job, Map<String, Object> out) {
        if (job.ruleId != null) {
            out.put("record_param", Json.object("record_rule_id", job.ruleId));
        }
        out.put("create_time", Times.millis(job.createTime));
        out.put("update_time", Times.millis(job.updateTime));
        out.put("state", state(job));
        if (job.stopped()) {
            out.put("stop_reason", job.stopReason);
        }
        out.put("start_time", Times.millis(job.createTime));
        boolean hidden = !job.mix && Slip.slip("single-stop-time-unset");
        out.put("stop_time", job.stopped() && !hidden ? Times.millis(job.stopTime) : Times.NEVER);
    }
}
