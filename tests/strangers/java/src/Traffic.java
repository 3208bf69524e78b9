import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The history of calls. Every statistic of chapter 13 is derived from these sessions. */
final class Traffic {
    /** One join of one user into one room. leave is 0 while the user is online; a failed join never was. */
    static final class Session {
        String appId;
        String roomId;
        String uid;
        String id;
        String nickname;
        String ip;
        String region;
        String isp;
        String device;
        String platform;
        String sdk;
        String sdkType;
        String net;
        String role;
        /** AUDIO, SD, HD or HDP. */
        String media;
        boolean sharing;
        boolean failed;
        boolean pullOk;
        boolean pushOk;
        int failFactor;
        int joinMillis;
        int firstVideoMillis;
        int firstAudioMillis;
        int delay;
        long seed;
        long join;
        long leave;

        boolean online(long time) {
            return !failed && join <= time && (leave == 0 || time < leave);
        }

        boolean video() {
            return !media.equals("AUDIO");
        }

        String state() {
            return failed ? "FAIL" : leave == 0 ? "ONLINE" : "OFFLINE";
        }

        boolean joinedIn5Seconds() {
            return !failed && joinMillis <= 5000;
        }

        /** Milliseconds of [from, to) spent in the room. */
        long within(long from, long to) {
            if (failed) {
                return 0;
            }
            long end = leave == 0 ? Times.now() : leave;
            return Math.max(0, Math.min(end, to) - Math.max(join, from));
        }

        /** Deterministic value in [0, 1) for one minute of this session. */
        double noise(long minute, int salt) {
            long z = seed + (minute / Times.MINUTE) * 0x9E3779B97F4A7C15L + salt * 0xD1B54A32D192ED03L;
            z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
            z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
            return ((z ^ (z >>> 31)) >>> 11) / (double) (1L << 53);
        }

        double videoFreeze(long minute) {
            return freeze(minute, 1);
        }

        double audioFreeze(long minute) {
            return freeze(minute, 2);
        }

        private double freeze(long minute, int salt) {
            double n = noise(minute, salt);
            return n < 0.03 ? 0.1 + n * 10 : 0;
        }

        /** Share of excellent transmission: metric 0/1 = video/audio upstream, 2/3 = video/audio end to end. */
        double excellent(long minute, int metric) {
            double floor = metric < 2 ? 0.93 : 0.88;
            return floor + noise(minute, 10 + metric) * (1 - floor);
        }
    }

    static final class Room {
        final String appId;
        final String id;
        long start;
        /** 0 while the room is open. */
        long end;
        final List<Session> sessions = new ArrayList<>();

        Room(String appId, String id) {
            this.appId = appId;
            this.id = id;
        }

        boolean running() {
            return end == 0;
        }

        boolean open(long time) {
            return start <= time && (end == 0 || time < end);
        }

        /** The present session of a user; null if the user is not in the room. */
        Session online(String uid) {
            for (Session session : sessions) {
                if (session.uid.equals(uid) && session.state().equals("ONLINE")) {
                    return session;
                }
            }
            return null;
        }

        /** Takes the users (null: everybody) out of the room; the room closes with its last user. */
        void leave(Set<String> uids, long time) {
            boolean anyone = false;
            for (Session session : sessions) {
                if (session.failed || session.leave != 0) {
                    continue;
                }
                if (uids == null || uids.contains(session.uid)) {
                    session.leave = time;
                } else {
                    anyone = true;
                }
            }
            if (!anyone && running()) {
                end = time;
            }
        }
    }

    /** A finished transcoding or recording task of the past. */
    record Work(String appId, boolean transcode, boolean record, String media, long start, long end) {
    }

    final Map<String, Map<String, Room>> rooms = new LinkedHashMap<>();
    final List<Work> works = new ArrayList<>();

    Room room(String appId, String roomId) {
        return rooms.getOrDefault(appId, Map.of()).get(roomId);
    }

    /** The latest opening of a room is found by its id. */
    void add(Room room) {
        Map<String, Room> known = rooms.computeIfAbsent(room.appId, id -> new LinkedHashMap<>());
        Room earlier = known.put(room.id, room);
        if (earlier != null) {
            known.put(room.id + "\n" + earlier.start, earlier);
        }
    }

    /** Rooms of the app, optionally only the one named, oldest first. */
    List<Room> rooms(String appId, String roomId) {
        List<Room> result = new ArrayList<>();
        for (Room room : rooms.getOrDefault(appId, Map.of()).values()) {
            if (roomId == null || room.id.equals(roomId)) {
                result.add(room);
            }
        }
        result.sort(Comparator.comparingLong((Room r) -> r.start));
        return result;
    }

    /** Sessions of the app, optionally only of one room, oldest first. */
    List<Session> sessions(String appId, String roomId) {
        List<Session> result = new ArrayList<>();
        for (Room room : rooms(appId, roomId)) {
            result.addAll(room.sessions);
        }
        result.sort(Comparator.comparingLong((Session s) -> s.join));
        return result;
    }

    /** Since when nobody publishes in the room: now while somebody does, 0 if nobody ever did. */
    long idleSince(String appId, String roomId) {
        long last = 0;
        for (Session session : sessions(appId, roomId)) {
            if (session.failed || session.role.equals("player")) {
                continue;
            }
            if (session.leave == 0) {
                return Times.now();
            }
            last = Math.max(last, session.leave);
        }
        return last;
    }

    /**
     * The value of a minute is taken at its end, that of the current minute right now. The same instant serves
     * 13.3 (scale), 13.4 (distribution), 13.5, 13.6 and the daily means of 13.9.
     */
    static long sampleTime(long minute) {
        return Math.min(minute + Times.MINUTE - 1, Times.now());
    }

    static long minuteOf(long time) {
        return Math.floorDiv(time, Times.MINUTE) * Times.MINUTE;
    }

    static String userKey(Session session) {
        return session.roomId + "\n" + session.uid;
    }
}
