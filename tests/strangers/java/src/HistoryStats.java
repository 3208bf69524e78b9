import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** 13.7 - 13.9: values per UTC day. */
final class HistoryStats {
    private static final int KEPT_DAYS = 31;
    private static final int MAX_USAGE_DAYS = 366;
    private static final Set<String> USAGE_METRICS =
            Set.of("CommunicationDuration", "TranscodeDuration", "RecordDuration");
    private static final Set<String> SCALE_METRICS = Set.of("UserCount", "SessionCount", "RoomCount",
            "MaxOnlineUserCount", "MaxOnlineRoomCount", "CommunicationDuration", "VideoCommunicationDuration",
            "AudioCommunicationDuration");
    private static final Set<String> QUALITY_METRICS = Set.of("JoinSuccessRate", "JoinSuccess5SecsRate",
            "VideoFreezeRate", "AudioFreezeRate", "FirstVideoRecvTime", "FirstAudioRecvTime", "PullStreamSuccessRate",
            "PushStreamSuccessRate", "VideoUpstreamExcellentTransRate", "AudioUpstreamExcellentTransRate",
            "VideoExcellentTransRate", "AudioExcellentTransRate", "VideoTransDelay", "AudioTransDelay");

    private final Store store;
    private final Jobs jobs;

    HistoryStats(Store store, Jobs jobs) {
        this.store = store;
        this.jobs = jobs;
    }

    void register(Router router) {
        router.add("GET", "/v1/{project_id}/rtc/history/usage", this::usage);
        router.add("GET", "/v1/{project_id}/rtc/history/scale", this::scale);
        router.add("GET", "/v1/{project_id}/rtc/history/quality", this::quality);
    }

    private Reply usage(Request request) {
        StatsQuery query = StatsQuery.data(request, store, "app");
        String metric = query.choice("metric", USAGE_METRICS);
        query.required("start_date");
        query.required("end_date");
        LocalDate first = query.date("start_date");
        LocalDate last = query.date("end_date");
        if (first.isAfter(last) || ChronoUnit.DAYS.between(first, last) >= MAX_USAGE_DAYS) {
            throw query.bad("end_date");
        }
        List<Object> rows = new ArrayList<>();
        for (LocalDate day = first; !day.isAfter(last) && !day.isAfter(Times.today()); day = day.plusDays(1)) {
            rows.add(usageRow(query.app, metric, day));
        }
        return Reply.ok(Json.object("usage", rows));
    }

    private Map<String, Object> usageRow(Store.App app, String metric, LocalDate day) {
        long from = Times.startOf(day);
        long to = from + Times.DAY;
        Map<String, Long> millis = new LinkedHashMap<>();
        if (metric.equals("CommunicationDuration")) {
            for (Traffic.Session session : store.traffic.sessions(app.id, null)) {
                millis.merge(session.media, session.within(from, to), Long::sum);
            }
        } else {
            boolean transcode = metric.equals("TranscodeDuration");
            for (Traffic.Work work : works(app)) {
                if (transcode ? work.transcode() : work.record()) {
                    long time = Math.max(0, Math.min(work.end(), to) - Math.max(work.start(), from));
                    millis.merge(work.media(), time, Long::sum);
                }
            }
        }
        long sd = millis.getOrDefault("SD", 0L) / 1000;
        long hd = millis.getOrDefault("HD", 0L) / 1000;
        long hdp = millis.getOrDefault("HDP", 0L) / 1000;
        long audio = millis.getOrDefault("AUDIO", 0L) / 1000;
        return Json.object("date", day.toString(), "video_sd", sd, "video_hd", hd, "video_hdp", hdp, "audio", audio,
                "total_duration", sd + hd + hdp + (Slip.slip("usage-total-without-audio") ? 0 : audio));
    }

    /** The seeded past and what the jobs of this process have done so far. */
    private List<Traffic.Work> works(Store.App app) {
        List<Traffic.Work> works = new ArrayList<>();
        for (Traffic.Work work : store.traffic.works) {
            if (work.appId().equals(app.id)) {
                works.add(work);
            }
        }
        for (Store.Job job : app.allJobs()) {
            jobs.refresh(job);
            long end = job.stopped() ? job.stopTime : Times.now();
            works.add(new Traffic.Work(app.id, job.mix, job.ruleId != null, mediaOf(job), job.createTime, end));
        }
        return works;
    }

    private static String mediaOf(Store.Job job) {
        String size = String.valueOf(job.settings.getOrDefault("encode_template", job.settings.get("select_stream_type")));
        if (size.equals(MixJobsApi.AUDIO_ONLY)) {
            return "AUDIO";
        }
        if (size.startsWith("1920") || size.equals("FHD")) {
            return "HDP";
        }
        return size.startsWith("1280") || size.equals("HD") ? "HD" : "SD";
    }

    /** The finished days asked for; by default yesterday. At most 31 days, none older than 31 days. */
    private List<LocalDate> days(StatsQuery query) {
        LocalDate yesterday = Times.today().minusDays(1);
        LocalDate last = query.date("end_date");
        LocalDate first = query.date("start_date");
        if (last == null) {
            last = first != null && first.isAfter(yesterday) ? first : yesterday;
        }
        if (first == null) {
            first = last.isAfter(yesterday) ? yesterday : last;
        }
        if (first.isAfter(last) || first.isBefore(Times.today().minusDays(KEPT_DAYS))) {
            throw query.bad("start_date");
        }
        if (ChronoUnit.DAYS.between(first, last) > KEPT_DAYS) {
            throw query.bad("end_date");
        }
        LocalDate newest = Slip.slip("history-includes-today") ? Times.today() : yesterday;
        List<LocalDate> days = new ArrayList<>();
        for (LocalDate day = first; !day.isAfter(last) && !day.isAfter(newest); day = day.plusDays(1)) {
            days.add(day);
        }
        return days;
    }

    private Reply scale(Request request) {
        StatsQuery query = StatsQuery.data(request, store, "app");
        Set<String> metrics = new HashSet<>(query.choices("metric", SCALE_METRICS));
        List<Object> rows = new ArrayList<>();
        for (LocalDate day : days(query)) {
            rows.add(scaleRow(query.app, metrics, day));
        }
        return Reply.ok(Json.object("scale", rows));
    }

    private Map<String, Object> scaleRow(Store.App app, Set<String> metrics, LocalDate day) {
        long from = Times.startOf(day) - (Slip.slip("history-day-local") ? 8 * Times.HOUR : 0);
        long to = from + Times.DAY;
        Set<String> users = new HashSet<>();
        long sessionCount = 0;
        long video = 0;
        long audio = 0;
        List<long[]> userSpans = new ArrayList<>();
        for (Traffic.Session session : store.traffic.sessions(app.id, null)) {
            if (session.failed) {
                continue;
            }
            if (session.join >= from && session.join < to) {
                users.add(Slip.slip("history-users-merged-across-rooms") ? session.uid : Traffic.userKey(session));
                sessionCount++;
            }
            long time = session.within(from, to);
            if (session.video()) {
                video += time;
            } else {
                audio += time;
            }
            userSpans.add(new long[] {session.join, session.leave == 0 ? Long.MAX_VALUE : session.leave});
        }
        long roomCount = 0;
        List<long[]> roomSpans = new ArrayList<>();
        for (Traffic.Room room : store.traffic.rooms(app.id, null)) {
            if (room.start >= from && room.start < to) {
                roomCount++;
            }
            roomSpans.add(new long[] {room.start, room.running() ? Long.MAX_VALUE : room.end});
        }
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("date", day.toString());
        put(row, metrics, "UserCount", "user_count", (long) users.size());
        put(row, metrics, "SessionCount", "session_count", sessionCount);
        put(row, metrics, "RoomCount", "room_count", roomCount);
        put(row, metrics, "MaxOnlineUserCount", "max_online_user_count", peak(userSpans, from, to));
        put(row, metrics, "MaxOnlineRoomCount", "max_online_room_count", peak(roomSpans, from, to));
        put(row, metrics, "CommunicationDuration", "communication_duration", video / 1000 + audio / 1000);
        put(row, metrics, "VideoCommunicationDuration", "video_communication_duration", video / 1000);
        put(row, metrics, "AudioCommunicationDuration", "audio_communication_duration", audio / 1000);
        return row;
    }

    private static void put(Map<String, Object> row, Set<String> metrics, String metric, String name, Object value) {
        if (metrics.contains(metric)) {
            row.put(name, value);
        }
    }

    /** Largest number of spans that overlap somewhere in [from, to). */
    private static long peak(List<long[]> spans, long from, long to) {
        List<long[]> edges = new ArrayList<>();
        for (long[] span : spans) {
            long start = Math.max(span[0], from);
            long end = Math.min(span[1], to);
            if (start < end) {
                edges.add(new long[] {start, 1});
                edges.add(new long[] {end, -1});
            }
        }
        edges.sort((a, b) -> a[0] != b[0] ? Long.compare(a[0], b[0]) : Long.compare(a[1], b[1]));
        long open = 0;
        long peak = 0;
        for (long[] edge : edges) {
            open += edge[1];
            peak = Math.max(peak, open);
        }
        return peak;
    }

    private Reply quality(Request request) {
        StatsQuery query = StatsQuery.data(request, store, "app");
        Set<String> metrics = new HashSet<>(query.choices("metric", QUALITY_METRICS));
        List<Object> rows = new ArrayList<>();
        for (LocalDate day : days(query)) {
            rows.add(qualityRow(query.app, metrics, day));
        }
        return Reply.ok(Json.object("quality", rows));
    }

    private Map<String, Object> qualityRow(Store.App app, Set<String> metrics, LocalDate day) {
        long from = Times.startOf(day);
        long to = from + Times.DAY;
        List<Traffic.Session> attempts = new ArrayList<>();
        List<Traffic.Session> joined = new ArrayList<>();
        List<Traffic.Session> withVideo = new ArrayList<>();
        Quality.Mean videoFreeze = new Quality.Mean();
        Quality.Mean audioFreeze = new Quality.Mean();
        Quality.Mean[] excellent = {new Quality.Mean(), new Quality.Mean(), new Quality.Mean(), new Quality.Mean()};
        Quality.Mean firstVideo = new Quality.Mean();
        Quality.Mean firstAudio = new Quality.Mean();
        Quality.Mean pull = new Quality.Mean();
        Quality.Mean push = new Quality.Mean();
        for (Traffic.Session session : store.traffic.sessions(app.id, null)) {
            if (session.join >= from && session.join < to) {
                attempts.add(session);
            }
            if (session.within(from, to) == 0) {
                continue;
            }
            joined.add(session);
            firstAudio.add(session.firstAudioMillis);
            pull.add(session.pullOk ? 1 : 0);
            push.add(session.pushOk ? 1 : 0);
            if (session.video()) {
                withVideo.add(session);
                firstVideo.add(session.firstVideoMillis);
            }
            long end = Math.min(to, session.leave == 0 ? Times.now() : session.leave);
            for (long minute = Traffic.minuteOf(Math.max(from, session.join)); minute < end; minute += Times.MINUTE) {
                if (!session.online(Traffic.sampleTime(minute))) {
                    continue;
                }
                audioFreeze.add(session.audioFreeze(minute));
                excellent[1].add(session.excellent(minute, 1));
                excellent[3].add(session.excellent(minute, 3));
                if (session.video()) {
                    videoFreeze.add(session.videoFreeze(minute));
                    excellent[0].add(session.excellent(minute, 0));
                    excellent[2].add(session.excellent(minute, 2));
                }
            }
        }
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("date", day.toString());
        put(row, metrics, "JoinSuccessRate", "join_success_rate", Quality.joinRate(attempts, from, to, false) * (Slip.slip("history-join-rate-percent") ? 100 : 1));
        put(row, metrics, "JoinSuccess5SecsRate", "join_success_in5secs_rate",
                Quality.joinRate(attempts, from, to, true));
        put(row, metrics, "VideoFreezeRate", "video_freeze_rate", videoFreeze.value());
        put(row, metrics, "AudioFreezeRate", "audio_freeze_rate", audioFreeze.value());
        put(row, metrics, "FirstVideoRecvTime", "first_video_recv_time", Math.round(firstVideo.value()));
        put(row, metrics, "FirstAudioRecvTime", "first_audio_recv_time", Math.round(firstAudio.value()));
        put(row, metrics, "PullStreamSuccessRate", "pull_stream_success_rate", pull.value());
        put(row, metrics, "PushStreamSuccessRate", "push_stream_success_rate", push.value());
        put(row, metrics, "VideoUpstreamExcellentTransRate", "video_upstream_excellent_trans_rate", excellent[0].value());
        put(row, metrics, "AudioUpstreamExcellentTransRate", "audio_upstream_excellent_trans_rate", excellent[1].value());
        put(row, metrics, "VideoExcellentTransRate", "video_excellent_trans_rate", excellent[2].value());
        put(row, metrics, "AudioExcellentTransRate", "audio_excellent_trans_rate", excellent[3].value());
        put(row, metrics, "VideoTransDelay", "video_trans_delay", Quality.median(withVideo, s -> s.delay));
        put(row, metrics, "AudioTransDelay", "audio_trans_delay", Quality.median(joined, s -> s.delay));
        return row;
    }
}
