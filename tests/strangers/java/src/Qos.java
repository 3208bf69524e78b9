import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Quality series of 13.10, one value per minute in which the user (and the peer) was in the room. */
final class Qos {
    static final List<String> MIDS = List.of("appcpu", "syscpu", "abit", "vbit", "dbit", "vfps", "dfps", "vblock",
            "dblock", "aloss", "vloss", "dloss", "vwidth", "vheight", "dwidth", "dheight", "ajitter", "artt",
            "vjitter", "vrtd", "djitter", "drtt");
    static final Set<String> LOCAL_ONLY = Set.of("appcpu", "syscpu");
    private static final Set<String> RECEIVER_ONLY = Set.of("vblock", "dblock");

    record Series(String uid, String peer, String mid, List<Object> points) {
    }

    private Qos() {
    }

    static List<Series> series(Traffic.Room room, Set<String> mids, StatsQuery.Window window) {
        Set<String> users = new LinkedHashSet<>();
        for (Traffic.Session session : room.sessions) {
            users.add(session.uid);
        }
        List<Series> result = new ArrayList<>();
        for (String user : users) {
            for (String mid : mids) {
                add(result, room, user, null, mid, window);
            }
            for (String peer : users) {
                if (!peer.equals(user)) {
                    for (String mid : mids) {
                        add(result, room, user, peer, mid, window);
                    }
                }
            }
        }
        return result;
    }

    /** peer null: what the user sends; otherwise what the user receives from the peer. */
    private static void add(List<Series> result, Traffic.Room room, String user, String peer, String mid,
                            StatsQuery.Window window) {
        if (peer == null ? RECEIVER_ONLY.contains(mid) : LOCAL_ONLY.contains(mid)) {
            return;
        }
        List<Object> points = new ArrayList<>();
        long from = Math.max(window.start(), room.start);
        long to = Math.min(window.end(), room.running() ? Times.now() : room.end);
        for (long minute = Traffic.minuteOf(from + Times.MINUTE - 1); minute <= to; minute += Times.MINUTE) {
            Traffic.Session own = online(room, user, minute);
            Traffic.Session sender = peer == null ? own : online(room, peer, minute);
            if (own != null && sender != null && carries(sender, mid)) {
                points.add(Json.object("time", Times.seconds(minute), "value", value(own, sender, mid, minute)));
            }
        }
        if (!points.isEmpty()) {
            result.add(new Series(user, peer == null ? "0" : peer, mid, points));
        }
    }

    private static Traffic.Session online(Traffic.Room room, String user, long time) {
        for (Traffic.Session session : room.sessions) {
            if (session.uid.equals(user) && session.online(time)) {
                return session;
            }
        }
        return null;
    }

    private static boolean carries(Traffic.Session sender, String mid) {
        return switch (mid.charAt(0)) {
            case 'v' -> sender.video();
            case 'd' -> sender.sharing;
            default -> true;
        };
    }

    private static double value(Traffic.Session own, Traffic.Session sender, String mid, long minute) {
        double n = own.noise(minute, mid.hashCode() ^ sender.uid.hashCode());
        int height = sender.media.equals("HDP") ? 1080 : sender.media.equals("HD") ? 720 : 480;
        return switch (mid) {
            case "appcpu" -> Quality.round(10 + n * 30);
            case "syscpu" -> Quality.round(20 + n * 40);
            case "abit" -> Quality.round(40 + n * 24);
            case "vbit", "dbit" -> Quality.round(height * 2 + n * 200);
            case "vfps" -> 24 + Math.floor(n * 6);
            case "dfps" -> 8 + Math.floor(n * 7);
            case "vblock" -> Quality.round(own.videoFreeze(minute));
            case "dblock" -> Quality.round(own.videoFreeze(minute) / 2);
            case "aloss", "vloss", "dloss" -> Quality.round(n * 3);
            case "vwidth" -> height == 480 ? 640 : height / 9 * 16;
            case "vheight" -> height;
            case "dwidth" -> 1920;
            case "dheight" -> 1080;
            case "ajitter", "vjitter", "djitter" -> Quality.round(n * 30);
            default -> Quality.round(own.delay + n * 20);
        };
    }
}
