// Clients in Java, as Java makes one write them: `java -cp DIR Clients NAME`.
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

public class Clients {
    static final String BASE = System.getenv("SPARKRTC_BASE_URL");
    static final String APP = System.getenv("SPARKRTC_APP_ID");
    static final String USERS = "/v1/" + System.getenv("SPARKRTC_PROJECT_ID") + "/rtc/users?app=" + APP;
    static final String JOBS = "/v2/apps/" + APP + "/individual-stream-jobs";
    static final String JOB = "{\"room_id\": \"room-1\", \"user_id\": \"teacher\", \"is_record_audio\": %s,"
        + " \"max_idle_time\": %s}";
    static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    static HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create(BASE + path))
            .header("X-Auth-Token", System.getenv("SPARKRTC_TOKEN")).header("Content-Type", "application/json");
    }

    static int get(String path) throws Exception {
        return HTTP.send(to(path).build(), BodyHandlers.ofString()).statusCode();
    }

    static int post(String path, String body) throws Exception {
        return HTTP.send(to(path).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString()).statusCode();
    }

    static void stage(String operation, String situation) throws Exception {
        String plan = "{\"operation\": \"" + operation + "\", \"situation\": \"" + situation + "\"}";
        URI url = URI.create(System.getenv("SPARKRTC_SITUATION_URL"));
        HttpRequest.Builder asked = HttpRequest.newBuilder(url).header("Content-Type", "application/json");
        int status = HTTP.send(asked.POST(BodyPublishers.ofString(plan)).build(), BodyHandlers.discarding()).statusCode();
        if (status != 204) {
            throw new IllegalStateException("the situation was refused with " + status);
        }
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    public static void main(String[] arguments) throws Exception {
        String none = null;
        switch (arguments[0]) {
            // wrong
            case "null-in-path" -> get("/v2/apps/" + none);
            case "optional-in-path" -> get("/v2/apps/" + encoded(Optional.of(APP).toString()));
            case "map-as-body" -> post("/v2/apps", Map.of("app_name", "a").toString());
            case "list-as-text" -> get(USERS + "&region=" + encoded(List.of("GD", "SH").toString()));
            case "local-date-time" -> get(USERS + "&start_time="
                + LocalDateTime.now(ZoneId.of("Asia/Shanghai")).truncatedTo(ChronoUnit.SECONDS) + "Z");
            case "instant-with-nanoseconds" -> get(USERS + "&start_time=" + Instant.now().minusSeconds(60).minusNanos(7));
            case "grouped-number" -> get("/v2/apps?limit=" + String.format(Locale.US, "%,d", 1000));
            case "double-for-integer" -> post(JOBS, String.format(JOB, "true", 60.5));
            case "boolean-as-text" -> post(JOBS, String.format(JOB, "\"" + Boolean.TRUE + "\"", 60));
            case "bytes-of-latin-1" -> HTTP.send(to("/v2/apps").POST(BodyPublishers.ofByteArray(
                "{\"app_name\": \"é\"}".getBytes(StandardCharsets.ISO_8859_1))).build(), BodyHandlers.ofString());
            case "enum-in-small-letters" -> get("/v2/apps?state=" + "ACTIVATION".toLowerCase(Locale.ROOT));
            case "timeout-and-again" -> {
                stage("CreateIndividualStreamJob", "slow");
                HttpRequest.Builder asked = to(JOBS).POST(BodyPublishers.ofString(String.format(JOB, "true", 60)));
                try {
                    HTTP.send(asked.copy().timeout(Duration.ofMillis(200)).build(), BodyHandlers.ofString());
                } catch (HttpTimeoutException late) {
                    HTTP.send(asked.build(), BodyHandlers.ofString());
                }
            }
            // right, and unusual
            case "truncated-instant" -> get(USERS + "&start_time=" + encoded(
                Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.SECONDS).toString()));
            case "whole-double" -> post(JOBS, String.format(JOB, "true", 60.0));
            case "upgrade-to-http-2" -> HttpClient.newHttpClient().send(to("/v2/apps").build(), BodyHandlers.ofString());
            case "body-of-nothing" -> HTTP.send(to("/v2/apps/" + APP).method("GET", BodyPublishers.noBody()).build(),
                BodyHandlers.ofString());
            case "asynchronous" -> HTTP.sendAsync(to("/v2/apps").build(), BodyHandlers.ofString()).join();
            default -> System.exit(64);
        }
    }
}
