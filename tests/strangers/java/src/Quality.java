import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** Means and rates shared by the realtime and the historical quality operations. */
final class Quality {
    /** Sum and count of a mean that is still being collected. */
    static final class Mean {
        private double sum;
        private long count;

        void add(double value) {
            sum += value;
            count++;
        }

        double value() {
            return count == 0 ? 0.0 : round(sum / count);
        }
    }

    private Quality() {
    }

    static double round(double value) {
        return Math.round(value * 10000) / 10000.0;
    }

    /** Share of the join attempts in [from, to) that succeeded (within five seconds). */
    static double joinRate(List<Traffic.Session> sessions, long from, long to, boolean fiveSeconds) {
        Mean mean = new Mean();
        for (Traffic.Session session : sessions) {
            if (session.join >= from && session.join < to) {
                boolean good = fiveSeconds ? session.joinedIn5Seconds() : !session.failed;
                mean.add(good ? 1 : 0);
            }
        }
        return mean.value();
    }

    /** Mean over the sessions online in the minute; video metrics only over those with video. */
    static double mean(List<Traffic.Session> sessions, long minute, boolean video,
                       ToDoubleFunction<Traffic.Session> value) {
        Mean mean = new Mean();
        long time = Traffic.sampleTime(minute);
        for (Traffic.Session session : sessions) {
            if (session.online(time) && (!video || session.video())) {
                mean.add(value.applyAsDouble(session));
            }
        }
        return mean.value();
    }

    static double median(List<Traffic.Session> sessions, ToLongFunction<Traffic.Session> value) {
        List<Long> values = new ArrayList<>();
        for (Traffic.Session session : sessions) {
            values.add(value.applyAsLong(session));
        }
        if (values.isEmpty()) {
            return 0.0;
        }
        values.sort(null);
        int middle = values.size() / 2;
        return values.size() % 2 == 1 ? values.get(middle) : (values.get(middle - 1) + values.get(middle)) / 2.0;
    }
}
