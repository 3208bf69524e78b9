import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** 13.10 call quality of users and 13.11 - 13.14 abnormal events. */
final class ClientStats {
    private static final long KEPT = 5 * Times.DAY;
    private static final int DEFAULT_LIMIT = 10;
    private static final Set<String> DIMENSIONS = Set.of("abnormal_type", "abnormal_factor");

    private final Store store;

    ClientStats(Store store) {
        this.store = store;
    }

    void register(Router router) {
        router.add("GET", "/v1/{project_id}/rtc/client/qos/details", this::qos);
        router.add("GET", "/v1/{project_id}/rtc/client/event", this::events);
        router.add("GET", "/v1/{project_id}/rtc/client/abnormalevent", this::experiences);
        router.add("GET", "/v1/rtc/data/abnormal-events", this::abnormalEvents);
        router.add("GET", "/v1/rtc/data/abnormal-event/dimension", this::distribution);
    }

    private Reply qos(Request request) {
        StatsQuery query = StatsQuery.data(request, store, "app_id");
        String roomId = query.required("room_id");
        query.required("mid");
        List<String> mids = query.texts("mid");
        if (mids == null) {
            throw query.bad("mid");
        }
        if (mids.contains("all")) {
            mids = Qos.MIDS;
        } else if (!Qos.MIDS.containsAll(mids)) {
            throw query.bad("mid");
        }
        if (Slip.slip("qos-first-mid-only")) {
            mids = mids.subList(0, 1);
        }
        String user = query.text("user_id");
        StatsQuery.Window window = query.requiredWindow(user == null ? Times.DAY : KEPT);
        query.notOlderThan(window, KEPT);
        query.choice("time_type", Set.of("stime", "ctime"), "ctime");
        long limit = query.number("limit", 1, Integer.MAX_VALUE);
        long offset = query.number("offset", 0, 0);
        String direction = query.text("direction");
        String peer = query.text("peer_id");
        String domain = query.text("domain");
        String stream = query.text("stream_id");
        List<Object> series = new ArrayList<>();
        Traffic.Room room = store.traffic.room(query.app.id, roomId);
        if (room != null && (domain == null || domain.equals(query.app.domain()))) {
            for (Qos.Series one : Qos.series(room, new LinkedHashSet<>(mids), window)) {
                boolean wanted = (user == null || user.equals(one.uid()))
                        && (peer == null || peer.equals(one.peer()))
                        && (stream == null || Qos.LOCAL_ONLY.contains(one.mid()))
                        && matches(direction, one);
                if (wanted) {
                    series.add(Json.object("uid", one.uid(), "peerid", one.peer(), "mid", one.mid(),
                            "data", one.points()));
                }
            }
        }
        return Reply.ok(Json.object("room_id", roomId, "data", Paging.slice(series, offset, limit)));
    }

    /** The document does not list values; "up" and "down" are understood, others do not filter. */
    private static boolean matches(String direction, Qos.Series series) {
        boolean upstream = series.peer().equals("0");
        if ("up".equals(direction)) {
            return upstream;
        }
        return !"down".equals(direction) || !upstream;
    }

    private Reply events(Request request) {
        StatsQuery query = StatsQuery.client(request, store);
        StatsQuery.Window window = query.requiredWindow(Slip.slip("event-span-unchecked") ? KEPT : Times.HOUR);
        query.notOlderThan(window, KEPT);
        List<Object> data = new ArrayList<>();
        for (Abnormal.Event event : find(query, window)) {
            data.add(Json.object("ctime", Times.seconds(event.time()), "event_id", eventId(event),
                    "event_info", Json.write(info(query.app, event))));
        }
        return Reply.ok(Json.object("data", data));
    }

    private static Map<String, Object> info(Store.App app, Abnormal.Event event) {
        Traffic.Session s = event.session();
        return Json.object("deviceModel", s.device, "nickName", s.nickname, "failMessage", event.factorText(),
                "accessNet", s.net, "app", app.id, "carrier", s.isp, "ctime", Times.seconds(event.time()),
                "domain", app.domain(), "event", event.type(), "failReason", event.factor(),
                "ipIsp", s.isp, "ipProvince", Seed.regionName(s.region), "platform", s.platform,
                "roomId", s.roomId, "session", s.id, "success", s.failed ? 0 : 1, "uid", s.uid,
                "peerUid", event.peer(), "v", s.sdk);
    }

    /** The document gives no table of event ids; 18 is the id of its examples. */
    private static String eventId(Abnormal.Event event) {
        return String.valueOf(17 + event.type());
    }

    private List<Abnormal.Event> find(StatsQuery query, StatsQuery.Window window) {
        return Abnormal.events(store.traffic, query.app.id, query.text("room_id"), window.start(), window.end());
    }

    private Reply experiences(Request request) {
        StatsQuery query = StatsQuery.client(request, store);
        StatsQuery.Window window = query.requiredWindow(Times.HOUR);
        if (!Slip.slip("abnormalevent-age-unchecked")) {
            query.notOlderThan(window, KEPT);
        }
        Map<String, Map<String, Object>> byUser = new LinkedHashMap<>();
        Map<String, List<Object>> causes = new LinkedHashMap<>();
        for (Abnormal.Event event : find(query, window)) {
            Traffic.Session session = event.session();
            String key = Traffic.userKey(session);
            List<Object> list = causes.computeIfAbsent(key, k -> new ArrayList<>());
            list.add(Json.object("ts", Times.seconds(event.time()), "event_id", eventId(event),
                    "peer_id", event.peer()));
            byUser.putIfAbsent(key, Json.object("room_id", session.roomId, "uid", session.uid,
                    "exp_id", String.valueOf(Math.abs(session.seed % 1_000_000_000L)), "abnormal_list", list));
        }
        // Table and example show one flat object, which can hold one user only: the first is flat, all are in data.
        List<Map<String, Object>> all = new ArrayList<>(byUser.values());
        Map<String, Object> body = new LinkedHashMap<>();
        if (all.isEmpty()) {
            body.putAll(Json.object("room_id", query.text("room_id") == null ? "" : query.text("room_id"),
                    "uid", "", "exp_id", "", "abnormal_list", null));
        } else {
            body.putAll(all.get(0));
        }
        body.put("data", all);
        return Reply.ok(body);
    }

    private Reply abnormalEvents(Request request) {
        StatsQuery query = StatsQuery.data(request, store, "app");
        StatsQuery.Window window = query.window(Times.DAY);
        String uid = query.text("uid");
        long limit = query.number("limit", 1, Slip.slip("abnormal-events-default-limit-100") ? 100 : DEFAULT_LIMIT);
        long offset = query.number("offset", 0, 0);
        if (Slip.slip("abnormal-events-offset-ignored")) {
            offset = 0;
        }
        List<Object> found = new ArrayList<>();
        for (Abnormal.Event event : find(query, window)) {
            if (uid == null || uid.equals(event.session().uid)) {
                found.add(describe(event));
            }
        }
        return Reply.ok(Json.object("total", found.size(), "events", Paging.slice(found, offset, limit)));
    }

    private static Map<String, Object> describe(Abnormal.Event event) {
        return Json.object("time", Times.seconds(event.time()), "uid", event.session().uid,
                "room_id", event.session().roomId, "stage", event.stage(), "location", event.location(),
                "peer_uid",
                event.peer().isEmpty() && Slip.slip("abnormal-local-peer-is-self") ? event.session().uid : event.peer(),
                "abnormal_type", event.type(), "abnormal_type_desc", event.typeText(),
                "abnormal_factor", event.factor(), "abnormal_factor_desc", event.factorText());
    }

    private Reply distribution(Request request) {
        StatsQuery query = StatsQuery.data(request, store, "app");
        StatsQuery.Window window = query.window(Times.DAY);
        List<String> dimensions = query.text("dimension") == null
                ? List.of("abnormal_type", "abnormal_factor") : query.choices("dimension", DIMENSIONS);
        boolean byType = dimensions.contains("abnormal_type");
        boolean byFactor = dimensions.contains("abnormal_factor");
        Map<String, Map<String, Object>> rows = new LinkedHashMap<>();
        Map<String, Set<String>> users = new LinkedHashMap<>();
        Map<String, Integer> events = new LinkedHashMap<>();
        for (Abnormal.Event event : find(query, window)) {
            Map<String, Object> row = new LinkedHashMap<>();
            if (byType) {
                row.put("abnormal_type", event.type());
                row.put("abnormal_type_desc", event.typeText());
            }
            if (byFactor) {
                row.put("abnormal_factor", event.factor());
                row.put("abnormal_factor_desc", event.factorText());
            }
            String key = row.toString();
            rows.putIfAbsent(key, row);
            events.merge(key, 1, Integer::sum);
            users.computeIfAbsent(key, k -> new HashSet<>()).add(Traffic.userKey(event.session()));
        }
        rows.forEach((key, row) -> row.put("user_count",
                Slip.slip("distribution-counts-events") ? events.get(key) : (Object) users.get(key).size()));
        return Reply.ok(Json.object("dimensions", new ArrayList<>(rows.values())));
    }
}
