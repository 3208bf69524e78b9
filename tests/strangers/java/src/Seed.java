import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Fills the store at start: applications, buckets and 31 days of calls up to now. */
final class Seed {
    private static final String[] REGIONS = {"GD", "BJ", "SH", "SN", "ZJ", "SC", "HB", "JS"};
    private static final String[] ISPS = {"CTCC", "CMCC", "CUCC"};
    private static final String[] NETS = {"wifi", "4g", "5g", "ethernet"};
    private static final String[] MEDIA = {"AUDIO", "SD", "HD", "HD", "HDP"};
    private static final String[][] NATIVE = {{"Huawei-HMA-AL00", "android 10"}, {"iphone", "ios 14.4"},
        {"Redmi Note 7", "android 9"}, {"PC", "windows 10"}};
    private static final String[][] WEB = {{"Mac", "web-Mac10_15_4"}, {"PC", "web-Windows10"}};
    private static final String[] SDKS = {"1.4.0", "1.9.1", "2.0.3"};
    private static final int[] FAIL_FACTORS = {1, 4, 5, 7, 9, 90000004, 90100008};

    private final Store store;
    private final Random random = new Random(20231128);
    private final long now = Times.now() / 1000 * 1000;
    private int counter = 1000;

    Seed(Store store) {
        this.store = store;
    }

    /** Returns the application to be announced, which has a running room. */
    Store.App fill(Auth.Tenant first, Auth.Tenant second) {
        buckets(first, "rtc-record-main", "rtc-record-spare");
        buckets(second, "other-tenant-bucket", "other-tenant-spare");
        Store.App main = app(first, "classroom", 60);
        traffic(main, "class");
        traffic(app(first, "meeting", 55), "meet");
        traffic(app(first, "karaoke", 50), "song");
        traffic(app(second, "telemedicine", 58), "clinic");
        return main;
    }

    private Store.App app(Auth.Tenant tenant, String name, int daysAgo) {
        Store.App app = new Store.App(Store.newId(), name, tenant, now - daysAgo * Times.DAY + 75);
        store.apps.put(app.id, app);
        return app;
    }

    private void buckets(Auth.Tenant tenant, String authorized, String plain) {
        Map<String, Store.Bucket> buckets = store.bucketsOf(tenant);
        Store.Bucket main = new Store.Bucket(authorized, "cn-north-4", now - 200 * Times.DAY, true);
        for (int i = 1; i <= 6; i++) {
            main.files.add(new Store.ObsFile("Record/2023/file" + i + ".mp4", 5_000_000L + i * 777_777, now - i * Times.DAY));
        }
        main.files.add(new Store.ObsFile("Record/index.m3u8", 3_300, now - 3 * Times.DAY));
        main.files.add(new Store.ObsFile("img/testImg.jpg", 88_888, now - 90 * Times.DAY));
        main.files.add(new Store.ObsFile("readme.txt", 512, now - 100 * Times.DAY));
        buckets.put(main.name, main);
        buckets.put(plain, new Store.Bucket(plain, "cn-north-4", now - 100 * Times.DAY, false));
        buckets.put(plain + "-north1", new Store.Bucket(plain + "-north1", "cn-north-1", now - 50 * Times.DAY, true));
    }

    private void traffic(Store.App app, String prefix) {
        LocalDate today = Times.today();
        for (int day = 31; day >= 1; day--) {
            long midnight = Times.startOf(today.minusDays(day));
            int count = 2 + random.nextInt(2);
            for (int i = 0; i < count; i++) {
                long start = midnight + (2 + 6 * i) * Times.HOUR + random.nextInt(4 * 3600) * 1000L;
                closedRoom(app, prefix, start, (20 + random.nextInt(60)) * Times.MINUTE, 3 + random.nextInt(4));
            }
        }
        closedRoom(app, prefix, now - 200 * Times.MINUTE, 55 * Times.MINUTE, 4);
        closedRoom(app, prefix, now - 130 * Times.MINUTE, 95 * Times.MINUTE, 5);
        closedRoom(app, prefix, now - 52 * Times.MINUTE, 25 * Times.MINUTE, 5);
        closedRoom(app, prefix, now - 44 * Times.MINUTE, 15 * Times.MINUTE, 3);
        runningRoom(app, prefix, now - 150 * Times.MINUTE, 3);
        runningRoom(app, prefix, now - 40 * Times.MINUTE, 6);
        runningRoom(app, prefix, now - 24 * Times.MINUTE, 4);
    }

    private Traffic.Room room(Store.App app, String prefix, long start) {
        Traffic.Room room = new Traffic.Room(app.id, prefix + "-room-" + counter++);
        room.start = start;
        store.traffic.add(room);
        return room;
    }

    private void closedRoom(Store.App app, String prefix, long start, long length, int users) {
        Traffic.Room room = room(app, prefix, start);
        room.end = start + length;
        for (int i = 0; i < users; i++) {
            Traffic.Session session = session(room, "user" + (i == 0 ? 1 : counter++));
            session.join = i == 0 ? start : start + seconds(length / 4);
            session.leave = i == 0 ? room.end : session.join + Times.MINUTE * 3 + seconds(room.end - session.join - Times.MINUTE * 3);
            room.sessions.add(session);
            if (i == 1) {
                rejoin(room, session);
            }
        }
        if (random.nextInt(3) == 0) {
            room.sessions.add(failure(room, start + seconds(length)));
        }
        work(room);
    }

    private void runningRoom(Store.App app, String prefix, long start, int users) {
        Traffic.Room room = room(app, prefix, start);
        long length = now - start;
        for (int i = 0; i < users; i++) {
            Traffic.Session session = session(room, "user" + (i == 0 ? 1 : counter++));
            session.join = i == 0 ? start : start + seconds(length / 2);
            session.role = i == 0 ? "publisher" : session.role;
            room.sessions.add(session);
        }
        Traffic.Session left = session(room, "user" + counter++);
        left.join = start + Times.MINUTE;
        left.leave = left.join + 5 * Times.MINUTE;
        room.sessions.add(left);
        room.sessions.add(failure(room, now - 7 * Times.MINUTE - seconds(5 * Times.MINUTE)));
    }

    /** Somebody joins now, by the test door; the room is opened if it has to be. */
    Traffic.Session enter(Store.App app, String roomId, String uid) {
        long time = Times.now() / 1000 * 1000;
        Traffic.Room room = store.traffic.room(app.id, roomId);
        if (room == null || !room.running()) {
            room = new Traffic.Room(app.id, roomId);
            room.start = time;
            store.traffic.add(room);
        }
        Traffic.Session session = session(room, uid);
        session.join = time;
        room.sessions.add(session);
        return session;
    }

    /** A second session of the same user in the same room, after the first one ended. */
    private void rejoin(Traffic.Room room, Traffic.Session first) {
        if (room.end - first.leave < 2 * Times.MINUTE) {
            first.leave -= (first.leave - first.join) / 2 / 1000 * 1000;
        }
        long join = first.leave + 20_000;
        if (room.end - join < 20_000) {
            return;
        }
        Traffic.Session again = session(room, first.uid);
        again.nickname = first.nickname;
        again.region = first.region;
        again.isp = first.isp;
        again.ip = first.ip;
        again.join = join;
        again.leave = room.end - 10_000;
        room.sessions.add(again);
    }

    private Traffic.Session failure(Traffic.Room room, long time) {
        Traffic.Session session = session(room, "user" + counter++);
        session.failed = true;
        session.join = time;
        return session;
    }

    private Traffic.Session session(Traffic.Room room, String uid) {
        Traffic.Session s = new Traffic.Session();
        s.appId = room.appId;
        s.roomId = room.id;
        s.uid = uid;
        s.id = Store.newId();
        s.nickname = "nick-" + uid;
        s.region = pick(REGIONS);
        s.isp = pick(ISPS);
        s.net = pick(NETS);
        boolean web = random.nextInt(3) == 0;
        String[] device = web ? WEB[random.nextInt(WEB.length)] : NATIVE[random.nextInt(NATIVE.length)];
        s.device = device[0];
        s.platform = device[1];
        s.sdkType = web ? "webrtc" : "native";
        s.sdk = pick(SDKS);
        s.role = random.nextInt(4) == 0 ? "player" : "joiner";
        s.media = pick(MEDIA);
        s.sharing = s.media.equals("HDP");
        s.ip = "113.140." + random.nextInt(256) + "." + (1 + random.nextInt(254));
        s.pullOk = random.nextInt(25) != 0;
        s.pushOk = random.nextInt(30) != 0;
        s.failFactor = FAIL_FACTORS[random.nextInt(FAIL_FACTORS.length)];
        s.joinMillis = random.nextInt(10) == 0 ? 5200 + random.nextInt(3000) : 200 + random.nextInt(1800);
        s.firstVideoMillis = 300 + random.nextInt(900);
        s.firstAudioMillis = 150 + random.nextInt(500);
        s.delay = 20 + random.nextInt(120);
        s.seed = random.nextLong();
        return s;
    }

    /** Some rooms were mixed and recorded, some had an individual recording. */
    private void work(Traffic.Room room) {
        int kind = random.nextInt(3);
        String media = pick(MEDIA);
        long start = room.start + Times.MINUTE;
        if (kind == 0) {
            store.traffic.works.add(new Traffic.Work(room.appId, true, true, media, start, room.end));
        } else if (kind == 1) {
            store.traffic.works.add(new Traffic.Work(room.appId, false, true, media, start, room.end));
        }
    }

    private long seconds(long upTo) {
        return upTo < 1000 ? 0 : (random.nextInt((int) (upTo / 1000)) * 1000L);
    }

    private String pick(String[] values) {
        return values[random.nextInt(values.length)];
    }

    static final List<String> REGION_CODES = List.of("OT", "BJ", "TJ", "CQ", "SH", "GD", "HI", "GX", "YN", "SX", "HE",
            "NM", "NX", "LN", "JL", "HL", "JS", "ZJ", "JX", "SD", "FJ", "AH", "SC", "XZ", "SN", "QH", "XJ", "GS", "GZ",
            "HB", "HN", "HA", "HK", "MO", "TW");
    static final List<String> REGION_NAMES = List.of("其他", "北京", "天津", "重庆", "上海", "广东", "海南", "广西", "云南",
            "山西", "河北", "内蒙古", "宁夏", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "江西", "山东", "福建", "安徽", "四川",
            "西藏", "陕西", "青海", "新疆", "甘肃", "贵州", "湖北", "湖南", "河南", "香港", "澳门", "台湾");

    static String regionName(String code) {
        return REGION_NAMES.get(REGION_CODES.indexOf(code));
    }
}
