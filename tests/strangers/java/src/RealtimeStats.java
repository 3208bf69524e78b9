import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongFunction;

/** 13.3 - 13.6: values per minute. */
final class RealtimeStats {
    private static final Set<String> SCALE_METRICS = Set.of("OnlineUsers", "RoomCount");
    private static final Set<String> DIMENSIONS = Set.of("region", "access_net", "platform", "sdk");
    private static final Set<String> QUALITY_METRICS =
            Set.of("JoinSuccessRate", "JoinSuccess5SecsRate", "VideoFreezeRate", "AudioFreezeRate");
    private static final List<String> NETWORK_METRICS = List.of("VideoUpstreamExcellentTransRate",
            "AudioUpstreamExcellentTransRate", "VideoExcellentTransRate", "AudioExcellentTransRate");
    private static final Set<String> SDK_TYPES = Set.of("native", "webrtc");

    private final Store store;

    RealtimeStats(Store store) {
        this.store = store;
    }

    void register(Router router) {
        router.add("GET", "/v1/{project_id}/rtc/realtime/scale", this::scale);
        router.add("GET", "/v1/{project_id}/rtc/realtime/scale/dimension", this::dimension);
        router.add("GET", "/v1/{project_id}/rtc/realtime/quality", this::quality);
        router.add("GET", "/v1/{project_id}/rtc/realtime/network", this::network);
    }

    private Reply scale(Request request) {
        StatsQuery query = StatsQuery.data(request, store, "app");
        String metric = query.choice("metric", SCALE_METRICS);
        StatsQuery.Window window = query.window(Slip.slip("scale-span-unchecked") ? 90 * Times.DAY : Times.DAY);
        String roomId = query.text("room_id");
        List<Traffic.Room> rooms = store.traffic.rooms(query.app.id, roomId);
        List<Traffic.Session> sessions = store.traffic.sessions(query.app.id, roomId);
        return Reply.ok(Json.object("scale", perMinute(window, minute -> {
            long time = Traffic.sampleTime(minute);
            if (metric.equals("RoomCount")) {
                return rooms.stream().filter(room -> room.open(time)).count();
            }
            return (long) onlineUsers(sessions, time).size();
        })));
    }

    private static Map<String, Traffic.Session> onlineUsers(List<Traffic.Session> sessions, long time) {
        Map<String, Traffic.Session> users = new LinkedHashMap<>();
        for (Traffic.Session session : sessions) {
            boolean lingers = Slip.slip("scale-counts-left-users") && !session.failed && session.join <= time
                    && time < session.leave + 10 * Times.MINUTE;
            if (session.online(time) || lingers) {
                users.put(Traffic.userKey(session), session);
            }
        }
        return users;
    }

    private static List<Object> perMinute(StatsQuery.Window window, LongFunction<Object> value) {
        List<Object> points = new ArrayList<>();
        long end = Math.min(window.end(), Times.now());
        for (long minute = Traffic.minuteOf(window.start() + Times.MINUTE - 1); minute <= end; minute += Times.MINUTE) {
            points.add(Json.object("time", Times.seconds(minute), "value", value.apply(minute)));
        }
        return points;
    }

    private Reply dimension(Request request) {
        StatsQuery query = StatsQuery.data(request, store, "app");
        query.choice("metric", Set.of("OnlineUsers"));
        String dimension = query.choice("dimension", DIMENSIONS);
        query.required("time");
        long time = Traffic.sampleTime(Traffic.minuteOf(query.time("time")));
        boolean future = query.time("time") > Times.now();
        Map<String, Long> counts = new LinkedHashMap<>();
        if (!future) {
            List<Traffic.Session> sessions = store.traffic.sessions(query.app.id, query.text("room_id"));
            for (Traffic.Session session : onlineUsers(sessions, time).values()) {
                counts.merge(dimensionOf(session, dimension), 1L, Long::sum);
            }
        }
        List<Object> rows = new ArrayList<>();
        Comparator<Map.Entry<String, Long>> byUsers = Map.Entry.comparingByValue();
        counts.entrySet().stream()
                .sorted((Slip.slip("dimension-ascending") ? byUsers : byUsers.reversed())
                        .thenComparing(Map.Entry.comparingByKey()))
                .forEach(e -> rows.add(Json.object("dimension", e.getKey(), "online_users", e.getValue())));
        return Reply.ok(Json.object("dimensions", rows));
    }

    private static String dimensionOf(Traffic.Session session, String dimension) {
        return switch (dimension) {
            case "region" -> session.region;
            case "access_net" -> session.net;
            case "platform" -> session.platform;
            default -> session.sdk;
        };
    }

    private Reply quality(Request request) {
        StatsQuery query = StatsQuery.data(request, store, "app");
        String metric = query.choice("metric", QUALITY_METRICS);
        List<Traffic.Session> sessions = sessionsOfSdk(request, query);
        StatsQuery.Window window = query.window(Times.DAY);
        return Reply.ok(Json.object("quality", perMinute(window, minute -> switch (metric) {
            case "JoinSuccessRate" -> Quality.joinRate(sessions, minute, minute + Times.MINUTE, false);
            case "JoinSuccess5SecsRate" -> Quality.joinRate(sessions, minute, minute + Times.MINUTE, true);
            case "VideoFreezeRate" -> Quality.mean(sessions, minute, true, s -> s.videoFreeze(minute));
            default -> Quality.mean(sessions, minute, false, s -> s.audioFreeze(minute));
        })));
    }

    private Reply network(Request request) {
        StatsQuery query = StatsQuery.data(request, store, "app");
        int metric = NETWORK_METRICS.indexOf(query.choice("metric", new HashSet<>(NETWORK_METRICS)));
        List<Traffic.Session> sessions = sessionsOfSdk(request, query);
        StatsQuery.Window window = query.window(Times.DAY);
        return Reply.ok(Json.object("network", perMinute(window,
                minute -> Quality.mean(sessions, minute, metric % 2 == 0, s -> s.excellent(minute, metric)))));
    }

    private List<Traffic.Session> sessionsOfSdk(Request request, StatsQuery query) {
        String sdkType = request.rawPath.endsWith("/network") && Slip.slip("network-sdk-type-optional")
                ? query.choice("sdk_type", SDK_TYPES, "native") : query.choice("sdk_type", SDK_TYPES);
        boolean any = request.rawPath.endsWith("/quality") && Slip.slip("quality-sdk-type-ignored");
        List<Traffic.Session> sessions = new ArrayList<>();
        for (Traffic.Session session : store.traffic.sessions(query.app.id, query.text("room_id"))) {
            if (any || session.sdkType.equals(sdkType)) {
                sessions.add(session);
            }
        }
        return sessions;
    }
}
