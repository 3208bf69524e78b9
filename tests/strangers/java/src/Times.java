import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** The three time formats of the document. All instants are epoch milliseconds. */
final class Times {
    static final long MINUTE = 60_000L;
    static final long HOUR = 60 * MINUTE;
    static final long DAY = 24 * HOUR;
    static final String NEVER = "0001-01-01T00:00:00Z";

    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter OBS =
            DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss 'GMT+08:00'").withZone(ZoneOffset.ofHours(8));

    private Times() {
    }

    static long now() {
        return System.currentTimeMillis();
    }

    /** 2006-01-02T15:04:05.075Z */
    static String millis(long time) {
        return MILLIS.format(Instant.ofEpochMilli(time));
    }

    /** 2020-04-23T06:00:00Z */
    static String seconds(long time) {
        return SECONDS.format(Instant.ofEpochMilli(time));
    }

    /** 2020/07/16 15:11:55 GMT+08:00 */
    static String obs(long time) {
        return OBS.format(Instant.ofEpochMilli(time));
    }

    /** Parses YYYY-MM-DDThh:mm:ssZ; null when the text is something else. */
    static Long parseSeconds(String text) {
        if (!text.matches("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z")) {
            return null;
        }
        try {
            return Instant.parse(text).toEpochMilli();
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Parses YYYY-MM-DD; null when the text is something else. */
    static LocalDate parseDate(String text) {
        if (!text.matches("\\d{4}-\\d{2}-\\d{2}")) {
            return null;
        }
        try {
            return LocalDate.parse(text);
        } catch (DateTimeException e) {
            return null;
        }
    }

    static LocalDate today() {
        return LocalDate.ofInstant(Instant.ofEpochMilli(now()), ZoneOffset.UTC);
    }

    static long startOf(LocalDate day) {
        return day.atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli();
    }
}
