import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** 13.1 rooms and 13.2 users. */
final class ListStats {
    private static final long MAX_SPAN = 90 * Times.DAY;
    private static final int DEFAULT_LIMIT = 10;
    private static final Set<String> ROOM_STATES = Set.of("RUNNING", "CLOSED");
    private static final Set<String> USER_STATES = Set.of("FAIL", "ONLINE", "OFFLINE");
    private static final Set<String> TYPES = Set.of("detail", "summary");

    private final Store store;

    ListStats(Store store) {
        this.store = store;
    }

    void register(Router router) {
        router.add("GET", "/v1/{project_id}/rtc/rooms", this::rooms);
        router.add("GET", "/v1/{project_id}/rtc/users", this::users);
    }

    private Reply rooms(Request request) {
        StatsQuery query = StatsQuery.data(request, store, "app");
        StatsQuery.Window window = query.window(MAX_SPAN);
        if (Slip.slip("rooms-default-whole-day") && query.text("start_time") == null) {
            window = new StatsQuery.Window(window.end() - Times.DAY, window.end());
        }
        String state = query.choice("state", ROOM_STATES, null);
        long limit = query.number("limit", 1, DEFAULT_LIMIT);
        long offset = query.number("offset", 0, 0);
        List<Object> found = new ArrayList<>();
        for (Traffic.Room room : store.traffic.rooms(query.app.id, query.text("room_id"))) {
            boolean wanted = state == null || state.equals(roomState(room));
            if (wanted && window.contains(room.start)) {
                found.add(describe(query.app, room));
            }
        }
        List<Object> page = Paging.slice(found, offset, limit);
        int total = Slip.slip("rooms-total-of-page") ? page.size() : found.size();
        return Reply.ok(Json.object("total", total, "limit", limit, "offset", offset, "room_info_list", page));
    }

    private static String roomState(Traffic.Room room) {
        return room.running() ? "RUNNING" : "CLOSED";
    }

    private static Map<String, Object> describe(Store.App app, Traffic.Room room) {
        long end = room.running() ? Times.now() : room.end;
        return Json.object("domain", app.domain(), "app", app.id, "room_id", room.id,
                "state", roomState(room),
                "duration", (end - room.start) / (Slip.slip("rooms-duration-in-ms") ? 1 : 1000),
                "start_time", Times.seconds(room.start),
                "end_time", room.running() ? "-" : Times.seconds(room.end));
    }

    private Reply users(Request request) {
        StatsQuery query = StatsQuery.data(request, store, "app");
        StatsQuery.Window window = query.window(MAX_SPAN);
        String uid = query.text("uid");
        String nickname = query.text("nickname");
        List<String> regions = query.texts("region");
        List<String> isps = query.texts("isp");
        if (isps != null && Slip.slip("users-isp-first-only")) {
            isps = isps.subList(0, 1);
        }
        List<String> states = query.text("state") == null ? null : query.choices("state", USER_STATES);
        String type = query.choice("type", TYPES, Slip.slip("users-sessions-by-default") ? "detail" : "summary");
        long limit = query.number("limit", 1, DEFAULT_LIMIT);
        long offset = query.number("offset", 0, 0);

        List<Traffic.Session> sessions = new ArrayList<>();
        for (Traffic.Session s : store.traffic.sessions(query.app.id, query.text("room_id"))) {
            if (window.contains(s.join)) {
                sessions.add(s);
            }
        }
        if (type.equals("summary")) {
            sessions = latestPerUser(sessions);
        }
        List<Object> found = new ArrayList<>();
        for (Traffic.Session s : sessions) {
            if ((uid == null || uid.equals(s.uid))
                    && (nickname == null || nickname.equals(s.nickname))
                    && (regions == null || regions.contains(s.region) && !Slip.slip("users-region-name-only") || regions.contains(Seed.regionName(s.region)))
                    && (isps == null || isps.contains(s.isp))
                    && (states == null || states.contains(s.state()))) {
                found.add(describe(query.app, s));
            }
        }
        return Reply.ok(Json.object("total", found.size(), "limit", limit, "offset", offset,
                "users", Paging.slice(found, offset, limit)));
    }

    /** One row per user of a room: the latest session. */
    private static List<Traffic.Session> latestPerUser(List<Traffic.Session> sessions) {
        Map<String, Traffic.Session> latest = new LinkedHashMap<>();
        for (Traffic.Session session : sessions) {
            latest.put(Traffic.userKey(session), session);
        }
        return new ArrayList<>(latest.values());
    }

    private static String openLeave() {
        return Slip.slip("users-open-leave-is-now") ? Times.seconds(Times.now()) : "-";
    }

    private static Map<String, Object> describe(Store.App app, Traffic.Session s) {
        return Json.object("domain", app.domain(), "app", app.id, "room_id", s.roomId, "uid", s.uid,
                "session", s.id, "state", s.state(), "nick_name", s.nickname, "ip", s.ip,
                "region", Seed.regionName(s.region), "isp", s.isp, "device_model", s.device, "platform", s.platform,
                "sdk", s.sdk, "join_time", Times.seconds(s.join),
                "leave_time", s.leave == 0 ? openLeave() : Times.seconds(s.leave));
    }
}
