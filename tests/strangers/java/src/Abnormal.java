import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Abnormal experience events (13.11 - 13.14), derived from slow joins and frozen minutes of the sessions. */
final class Abnormal {
    static final int SLOW_JOIN = 1;
    static final int VIDEO_FREEZE = 2;
    static final int AUDIO_FREEZE = 3;
    private static final Map<Integer, String> TYPES =
            Map.of(SLOW_JOIN, "进房慢(5s加入房间失败)", VIDEO_FREEZE, "视频卡顿", AUDIO_FREEZE, "音频卡顿");
    private static final Map<Integer, String> JOIN_FACTORS = new HashMap<>();
    private static final String[] FREEZE_FACTORS = {"系统CPU占用高", "App CPU占用高", "音频上行网络延时",
        "音频上行网络抖动", "视频上行网络延时", "视频上行网络抖动", "音频下行网络延时", "音频下行网络抖动",
        "视频下行网络延时", "视频下行网络抖动", "上行音频丢包", "上行视频丢包", "下行音频丢包", "下行视频丢包",
        "下行音频无声音", "其他", "对端用户离线", "对端用户无码流", "对端用户无帧率", "本端服务器下行无码流",
        "本端服务器下行无帧率"};
    private static final int[] VIDEO_CAUSES = {1, 2, 9, 10, 14, 16, 18, 19, 20, 21};
    private static final int[] AUDIO_CAUSES = {1, 2, 7, 8, 13, 15, 16, 18, 20};

    static {
        String[] names = {"建链失败", "房间非空闲", "服务器异常", "服务器反馈503", "鉴权失败", "鉴权重试", "时钟同步失败",
            "url错误", "终端内部异常"};
        for (int i = 0; i < names.length; i++) {
            JOIN_FACTORS.put(i + 1, names[i]);
        }
        JOIN_FACTORS.put(90000004, "SDK发出的加入房间信令响应超时");
        JOIN_FACTORS.put(90100009, "web侧没有收到MSP下发的配置信息");
        JOIN_FACTORS.put(90100008, "websocket链路建链失败");
        JOIN_FACTORS.put(10000001, "服务侧返回的异常信息");
        JOIN_FACTORS.put(31000003, "服务侧返回的异常信息");
        JOIN_FACTORS.put(32000030, "服务侧返回的异常信息");
        JOIN_FACTORS.put(15, "浏览器设置sdp异常");
    }

    record Event(long time, Traffic.Session session, int type, int factor, String peer) {
        String stage() {
            return type == SLOW_JOIN ? "join_room" : "communication";
        }

        String location() {
            return peer.isEmpty() ? "local" : "remote";
        }

        String typeText() {
            return TYPES.get(type);
        }

        String factorText() {
            if (type == SLOW_JOIN) {
                return JOIN_FACTORS.getOrDefault(factor, "其他");
            }
            return FREEZE_FACTORS[factor - 1];
        }
    }

    private Abnormal() {
    }

    /** Events of the app (and room) with from <= time <= to, oldest first. */
    static List<Event> events(Traffic traffic, String appId, String roomId, long from, long to) {
        List<Event> events = new ArrayList<>();
        for (Traffic.Room room : traffic.rooms(appId, roomId)) {
            for (Traffic.Session session : room.sessions) {
                collect(room, session, from, Math.min(to, Times.now()), events);
            }
        }
        events.sort(Comparator.comparingLong(Event::time));
        return events;
    }

    private static void collect(Traffic.Room room, Traffic.Session session, long from, long to, List<Event> events) {
        if (!session.joinedIn5Seconds() && session.join >= from && session.join <= to) {
            events.add(new Event(session.join, session, SLOW_JOIN, session.failFactor, ""));
        }
        if (session.failed) {
            return;
        }
        long end = Math.min(to, session.leave == 0 ? Times.now() : session.leave - 1);
        long first = Traffic.minuteOf(Math.max(from, session.join) + Times.MINUTE - 1);
        for (long minute = first; minute <= end; minute += Times.MINUTE) {
            if (session.video() && session.videoFreeze(minute) > 0) {
                events.add(freeze(room, session, minute, VIDEO_FREEZE, VIDEO_CAUSES));
            }
            if (session.audioFreeze(minute) > 0) {
                events.add(freeze(room, session, minute, AUDIO_FREEZE, AUDIO_CAUSES));
            }
        }
    }

    private static Event freeze(Traffic.Room room, Traffic.Session session, long minute, int type, int[] causes) {
        int factor = causes[(int) (session.noise(minute, 20 + type) * causes.length)];
        String peer = "";
        if (factor == 13 || factor == 14 || factor == 18 || factor == 19) {
            for (Traffic.Session other : room.sessions) {
                if (!other.uid.equals(session.uid) && other.online(minute)) {
                    peer = other.uid;
                }
            }
        }
        return new Event(minute, session, type, factor, peer);
    }
}
