import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Exercises every operation. Without arguments: plain server, prints the failed checks.
 * With "all" or names: the same against a server with each slip, which must fail at least one check.
 */
public final class Smoke {
    static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    public static void main(String[] args) throws Exception {
        if (args.length == 0) {
            Smoke smoke = new Smoke("");
            smoke.run();
            System.out.println(smoke.passed + " checks passed, failed: " + smoke.failed);
            System.exit(smoke.failed.isEmpty() ? 0 : 1);
        }
        List<String> names = new ArrayList<>();
        if (args[0].equals("all")) {
            for (Object slip : (List<?>) Json.parse(Files.readString(Path.of("SLIPS.json")))) {
                names.add((String) ((Map<?, ?>) slip).get("name"));
            }
        } else {
            names.addAll(List.of(args));
        }
        int missed = 0;
        for (String name : names) {
            Smoke smoke = new Smoke(name);
            smoke.run();
            missed += smoke.failed.isEmpty() ? 1 : 0;
            System.out.println((smoke.failed.isEmpty() ? "MISSED " : "seen   ") + name + " " + smoke.failed);
        }
        System.out.println(names.size() + " slips, missed " + missed);
        System.exit(missed == 0 ? 0 : 1);
    }

    record Res(int status, Map<String, Object> body, HttpResponse<String> raw) {
        Object at(String path) {
            Object value = body;
            for (String key : path.split("\\.")) {
                value = value instanceof Map<?, ?> m ? m.get(key) : value instanceof List<?> l
                        ? (Integer.parseInt(key) < l.size() ? l.get(Integer.parseInt(key)) : null) : null;
            }
            return value;
        }

        String str(String path) {
            return String.valueOf(at(path));
        }

        long num(String path) {
            return ((Number) at(path)).longValue();
        }

        List<Map<String, Object>> list(String path) {
            List<Map<String, Object>> out = new ArrayList<>();
            for (Object o : (List<?>) at(path)) {
                @SuppressWarnings("unchecked")
                Map<String, Object> m = (Map<String, Object>) o;
                out.add(m);
            }
            return out;
        }

        boolean error(int status, String code) {
            return this.status == status && code.equals(body.get("error_code"))
                    && raw.headers().firstValue("X-Request-Id").isPresent();
        }
    }

    interface Section {
        void run() throws Exception;
    }

    final String slip;
    final Set<String> failed = new java.util.LinkedHashSet<>();
    int passed;
    Map<String, Object> info;
    String base;
    String token;
    String app;
    String project;
    final List<String> bodies = new ArrayList<>();

    Smoke(String slip) {
        this.slip = slip;
    }

    void ok(String name, boolean condition) {
        if (condition) {
            passed++;
        } else {
            failed.add(name);
        }
    }

    void section(String name, Section body) {
        try {
            body.run();
        } catch (Exception e) {
            failed.add(name + "!" + e.getClass().getSimpleName());
            if (slip.isEmpty()) {
                e.printStackTrace();
            }
        }
    }

    Res call(String method, String path, Object body) throws Exception {
        return call(method, path, body, token);
    }

    Res call(String method, String path, Object body, String auth) throws Exception {
        Map<String, String> headers = new LinkedHashMap<>();
        if (auth != null) {
            headers.put("X-Auth-Token", auth);
        }
        return send(method, path, body, headers);
    }

    Res send(String method, String path, Object body, Map<String, String> headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
        request.header("Content-Type", "application/json");
        headers.forEach(request::header);
        String text = body == null ? "" : body instanceof String s ? s : Json.write(body);
        request.method(method, HttpRequest.BodyPublishers.ofString(text));
        HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        Map<String, Object> map = new HashMap<>();
        if (!response.body().isEmpty()) {
            @SuppressWarnings("unchecked")
            Map<String, Object> parsed = (Map<String, Object>) Json.parse(response.body());
            map = parsed;
        }
        return new Res(response.statusCode(), map, response);
    }

    Res get(String path) throws Exception {
        return call("GET", path, null);
    }

    Res stat(String path, String... query) throws Exception {
        return get("/v1/" + project + "/rtc/" + path + "?" + q(query));
    }

    static String q(String... pairs) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < pairs.length; i += 2) {
            out.append(i == 0 ? "" : "&").append(pairs[i]).append('=')
                    .append(URLEncoder.encode(pairs[i + 1], StandardCharsets.UTF_8));
        }
        return out.toString();
    }

    static String ago(long minutes) {
        return Instant.now().minus(minutes, ChronoUnit.MINUTES).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    static String day(int ago) {
        return LocalDate.now(ZoneOffset.UTC).minusDays(ago).toString();
    }

    static Map<String, Object> o(Object... pairs) {
        return Json.object(pairs);
    }

    static long instant(String text) {
        return Instant.parse(text).toEpochMilli();
    }

    void run() throws Exception {
        ProcessBuilder builder = new ProcessBuilder("java", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp", "out",
                "Server");
        builder.environment().put("SLIP", slip);
        builder.environment().put("PORT", "0");
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        Process process = builder.start();
        try {
            String line = new BufferedReader(new InputStreamReader(process.getInputStream())).readLine();
            @SuppressWarnings("unchecked")
            Map<String, Object> parsed = (Map<String, Object>) Json.parse(line);
            info = parsed;
            base = (String) info.get("base_url");
            token = (String) info.get("token");
            app = (String) info.get("app_id");
            project = (String) info.get("project_id");
            section("auth", this::auth);
            section("idle", this::idleJobs);
            section("apps", this::apps);
            section("limit", this::appLimit);
            section("rules", this::rules);
            section("auto", this::autoRecord);
            section("callback", this::callback);
            section("mix", this::mix);
            section("single", this::single);
            section("buckets", this::buckets);
            section("rooms", this::rooms);
            section("users", this::users);
            section("realtime", this::realtime);
            section("history", this::history);
            section("client", this::client);
            section("abnormal", this::abnormal);
            section("kick", this::kick);
            if (slip.isEmpty() || slip.contains("idle")) {
                section("idleEnd", this::idleEnd);
            }
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    // ---- chapter 3 ---------------------------------------------------------------------------------------------

    void auth() throws Exception {
        ok("no credentials", call("GET", "/v2/apps", null, null).status == 401);
        ok("bad token", call("GET", "/v2/apps", null, "nonsense").status == 401);
        ok("expired token", call("GET", "/v2/apps", null, (String) info.get("expired_token")).status == 401);
        ok("obs bad token", call("GET", "/v2/rtc-ops/buckets", null, "nonsense").error(401, "RTC.00001003"));
        Map<String, Object> scope = o("project", o("id", project));
        Res made = call("POST", "/v3/auth/tokens", login((String) info.get("password"), scope), null);
        ok("token created", made.status == 201);
        String fresh = made.raw.headers().firstValue("X-Subject-Token").orElse("");
        ok("subject token", call("GET", "/v2/apps", null, fresh).status == 200);
        long life = instant(made.str("token.expires_at")) - Instant.now().toEpochMilli();
        ok("token life", Math.abs(life - 24 * 3600_000L) < 60_000);
        ok("wrong password", call("POST", "/v3/auth/tokens", login("wrong", scope), null).status == 401);
        Res unscoped = call("POST", "/v3/auth/tokens", login((String) info.get("password"), null), null);
        String loose = unscoped.raw.headers().firstValue("X-Subject-Token").orElse("");
        ok("unscoped", call("GET", "/v2/apps", null, loose).error(400, "RTC.00001001"));
        ok("projects", get("/v3/projects").list("projects").get(0).get("id").equals(project));
        String stamp = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC).format(Instant.now());
        ok("aksk get", signed("GET", "/v2/apps", "limit=2&offset=0", "", stamp, (String) info.get("sk")).status == 200);
        ok("aksk post", signed("POST", "/v2/apps", "", "{}", stamp, (String) info.get("sk")).error(400, "RTC.00001005"));
        ok("aksk wrong", signed("GET", "/v2/apps", "", "", stamp, "wrong-secret").status == 401);
        ok("aksk old", signed("GET", "/v2/apps", "", "", "20200101T000000Z", (String) info.get("sk")).status == 401);
        ok("route", get("/v2/nothing").status == 404);
        ok("method", call("PATCH", "/v2/apps", null).status == 405);
        Res list = get("/v2/apps");
        ok("request id", list.raw.headers().firstValue("X-Request-Id").isPresent());
        ok("content type", list.raw.headers().firstValue("Content-Type").orElse("").startsWith("application/json"));
    }

    Map<String, Object> login(String password, Object scope) {
        return o("auth", o("identity", o("methods", List.of("password"), "password", o("user",
                o("name", info.get("user"), "password", password, "domain", o("name", info.get("domain"))))),
                "scope", scope == null ? Json.ABSENT : scope));
    }

    Res signed(String method, String path, String query, String body, String stamp, String secret) throws Exception {
        String headers = "content-type;x-project-id;x-sdk-date";
        String canonical = method + "\n" + path + "/\n" + query + "\ncontent-type:application/json\nx-project-id:"
                + project + "\nx-sdk-date:" + stamp + "\n\n" + headers + "\n" + sha(body);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        String signature = HexFormat.of().formatHex(mac.doFinal(
                ("SDK-HMAC-SHA256\n" + stamp + "\n" + sha(canonical)).getBytes(StandardCharsets.UTF_8)));
        return send(method, path + (query.isEmpty() ? "" : "?" + query), body, o2("X-Sdk-Date", stamp,
                "X-Project-Id", project, "Authorization", "SDK-HMAC-SHA256 Access=" + info.get("ak")
                + ", SignedHeaders=" + headers + ", Signature=" + signature));
    }

    static Map<String, String> o2(String... pairs) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
        }
        return map;
    }

    static String sha(String text) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    // ---- chapter 5 ---------------------------------------------------------------------------------------------

    String newApp(String name) throws Exception {
        return call("POST", "/v2/apps", o("app_name", name)).str("app_id");
    }

    void apps() throws Exception {
        ok("app name missing", call("POST", "/v2/apps", o()).error(400, "RTC.00001005"));
        ok("app name type", call("POST", "/v2/apps", o("app_name", 5)).error(400, "RTC.00001003"));
        ok("app bad json", call("POST", "/v2/apps", "{").error(400, "RTC.00001002"));
        Res made = call("POST", "/v2/apps", o("app_name", "测试"));
        ok("app created", made.status == 201);
        String id = made.str("app_id");
        ok("app duplicate", call("POST", "/v2/apps", o("app_name", "测试")).error(400, "RTC.00001020"));
        Res one = get("/v2/apps/" + id);
        ok("app detail", one.status == 200 && one.str("app_name").equals("测试") && one.str("state.state").equals("ACTIVATION"));
        ok("app expire", one.at("authentication.expire").equals(300L));
        ok("app create time", Math.abs(instant(one.str("create_time")) - System.currentTimeMillis()) < 60_000);
        ok("app auto off", one.str("auto_record_mode.mode").equals("AUTO_RECORD_OFF"));
        ok("app unknown", get("/v2/apps/" + "0".repeat(32)).error(404, "RTC.00001015"));
        ok("app other tenant", call("GET", "/v2/apps/" + id, null, (String) info.get("second_token")).status == 404);
        Res all = get("/v2/apps");
        long count = all.num("count");
        ok("apps count", count == all.list("apps").size());
        Res page0 = get("/v2/apps?limit=2&offset=0");
        Res page1 = get("/v2/apps?limit=2&offset=1");
        ok("apps page size", page0.list("apps").size() == 2 && page0.num("count") == count);
        ok("apps page 1", page1.str("apps.0.app_id").equals(all.str("apps.2.app_id")));
        ok("apps limit 0", get("/v2/apps?limit=0").error(400, "RTC.00001003"));
        ok("apps limit 101", get("/v2/apps?limit=101").error(400, "RTC.00001003"));
        ok("apps limit 100", get("/v2/apps?limit=100").status == 200);
        ok("apps state enum", get("/v2/apps?state=activation").error(400, "RTC.00001003"));
        Set<String> mine = new HashSet<>();
        all.list("apps").forEach(a -> mine.add((String) a.get("app_id")));
        Res theirs = call("GET", "/v2/apps", null, (String) info.get("second_token"));
        ok("apps tenants", theirs.list("apps").stream().noneMatch(a -> mine.contains(a.get("app_id"))));
        String before = one.str("state.update_time");
        Thread.sleep(20);
        Res disabled = call("POST", "/v2/apps/" + id + "/disable", null);
        ok("app disable", disabled.status == 200 && disabled.str("state.state").equals("DEACTIVATION"));
        ok("app disable time", !disabled.str("state.update_time").equals(before));
        ok("app disabled stored", get("/v2/apps/" + id).str("state.state").equals("DEACTIVATION"));
        ok("app dup disabled", call("POST", "/v2/apps", o("app_name", "测试")).error(400, "RTC.00001020"));
        Res off = get("/v2/apps?state=DEACTIVATION");
        ok("apps state filter", off.num("count") == 1 && off.str("apps.0.app_id").equals(id));
        ok("mix disabled", call("POST", "/v2/apps/" + id + "/mix-stream-jobs", mixBody("r", 30)).error(400, "RTC.00001016"));
        ok("single disabled", call("POST", "/v2/apps/" + id + "/individual-stream-jobs",
                o("room_id", "r", "user_id", "u")).error(400, "RTC.00001016"));
        Res enabled = call("POST", "/v2/apps/" + id + "/enable", null);
        ok("app enable", enabled.status == 200 && enabled.str("state.state").equals("ACTIVATION"));
        ok("app enabled stored", get("/v2/apps/" + id).str("state.state").equals("ACTIVATION"));
        ok("enable unknown", call("POST", "/v2/apps/nope/enable", null).error(404, "RTC.00001015"));
        ok("disable unknown", call("POST", "/v2/apps/nope/disable", null).error(404, "RTC.00001015"));
        ok("app delete", call("DELETE", "/v2/apps/" + id, null).status == 204);
        ok("app deleted", get("/v2/apps/" + id).status == 404);
        ok("app deleted list", get("/v2/apps").list("apps").stream().noneMatch(a -> a.get("app_id").equals(id)));
        ok("app delete again", call("DELETE", "/v2/apps/" + id, null).error(404, "RTC.00001015"));
    }

    void appLimit() throws Exception {
        List<String> ids = new ArrayList<>();
        long count = get("/v2/apps").num("count");
        for (long i = count; i < 20; i++) {
            Res made = call("POST", "/v2/apps", o("app_name", "filler" + i));
            ok("20 apps", made.status == 201);
            ids.add(made.str("app_id"));
        }
        Res more = call("POST", "/v2/apps", o("app_name", "one too many"));
        ok("21st app", more.error(400, "RTC.00001017"));
        if (more.status == 201) {
            ids.add(more.str("app_id"));
        }
        for (String id : ids) {
            call("DELETE", "/v2/apps/" + id, null);
        }
    }

    // ---- chapter 6 ---------------------------------------------------------------------------------------------

    Map<String, Object> rule(Object... pairs) {
        Map<String, Object> body = o("obs_addr", o("bucket", info.get("bucket"), "location", "cn-north-4",
                "object", "Record/", "project_id", project), "record_formats", List.of("MP4"),
                "mp4_config", o("record_cycle", 60));
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i + 1] == null) {
                body.remove(pairs[i]);
            } else {
                body.put((String) pairs[i], pairs[i + 1]);
            }
        }
        return body;
    }

    static Map<String, Object> hls(Object... pairs) {
        return o("record_formats", List.of("HLS"), "hls_config", o(pairs));
    }

    Map<String, Object> hlsRule(Object... config) {
        return rule("record_formats", List.of("HLS"), "hls_config", o(config), "mp4_config", null);
    }

    void rules() throws Exception {
        String id = newApp("rules");
        String path = "/v2/apps/" + id + "/record-rules";
        ok("rules empty", get(path).list("rules").isEmpty());
        Res made = call("POST", path, rule());
        ok("rule created", made.status == 201 && made.str("app_id").equals(id));
        ok("rule merge default", made.at("mp4_config.record_max_duration_to_merge_file").equals(0L));
        String rule = made.str("rule_id");
        Thread.sleep(20);
        Res again = call("POST", path, hlsRule("record_cycle", 0));
        ok("rule upsert", again.status == 201 && again.str("rule_id").equals(rule));
        ok("rule upsert time", again.str("create_time").equals(made.str("create_time"))
                && !again.str("update_time").equals(made.str("update_time")));
        ok("rule replace", again.at("mp4_config") == null);
        ok("rule slice default", again.at("hls_config.record_slice_duration").equals(10L));
        ok("rule prefix default", again.str("hls_config.record_prefix").startsWith("{app_id}/{record_format}/"));
        ok("rule one per location", get(path).list("rules").size() == 1);
        ok("rule page 2", get(path + "?limit=1&offset=1").list("rules").isEmpty());
        Thread.sleep(20);
        Res put = call("PUT", path + "/" + rule, rule());
        ok("rule put", put.status == 200 && put.at("hls_config") == null);
        ok("rule put time", !put.str("update_time").equals(again.str("update_time")));
        ok("rule get", get(path + "/" + rule).body.equals(put.body));
        ok("rule unknown", get(path + "/nope").error(404, "RTC.00001011"));
        ok("rule put unknown", call("PUT", path + "/nope", rule()).error(404, "RTC.00001011"));
        ok("rule put invalid", call("PUT", path + "/" + rule, rule("mp4_config", o("record_cycle", 59))).error(400, "RTC.00001003"));
        ok("mp4 cycle max", call("POST", path, rule("mp4_config", o("record_cycle", 10801))).error(400, "RTC.00001003"));
        ok("mp4 cycle max ok", call("POST", path, rule("mp4_config", o("record_cycle", 10800))).status == 201);
        ok("mp4 cycle zero", call("POST", path, rule("mp4_config", o("record_cycle", 0))).error(400, "RTC.00001003"));
        ok("mp4 cycle missing", call("POST", path, rule("mp4_config", o())).error(400, "RTC.00001005"));
        ok("mp4 merge -1", call("POST", path, rule("mp4_config", o("record_cycle", 60,
                "record_max_duration_to_merge_file", -1))).error(400, "RTC.00001003"));
        ok("mp4 merge 300", call("POST", path, rule("mp4_config", o("record_cycle", 60,
                "record_max_duration_to_merge_file", 300))).status == 201);
        ok("hls cycle 59", call("POST", path, hlsRule("record_cycle", 59)).error(400, "RTC.00001003"));
        ok("hls cycle max", call("POST", path, hlsRule("record_cycle", 43200)).status == 201);
        ok("hls merge -1", call("POST", path, hlsRule("record_cycle", 60, "record_max_duration_to_merge_file", -1)).status == 201);
        ok("hls slice 61", call("POST", path, hlsRule("record_cycle", 60, "record_slice_duration", 61)).error(400, "RTC.00001003"));
        ok("hls slice 60", call("POST", path, hlsRule("record_cycle", 60, "record_slice_duration", 60)).status == 201);
        ok("hls config needed", call("POST", path, rule("record_formats", List.of("HLS", "MP4"))).error(400, "RTC.00001004"));
        ok("format case", call("POST", path, rule("record_formats", List.of("mp4"))).error(400, "RTC.00001003"));
        ok("formats missing", call("POST", path, rule("record_formats", null)).error(400, "RTC.00001005"));
        ok("rule region", call("POST", path, rule("obs_addr", o("bucket", info.get("bucket"), "location", "mars-1",
                "project_id", "p"))).error(400, "RTC.00001012"));
        ok("rule bucket", call("POST", path, rule("obs_addr", o("bucket", "nope", "location", "cn-north-4",
                "project_id", "p"))).error(404, "RTC.00001014"));
        ok("rule project", call("POST", path, rule("obs_addr", o("bucket", info.get("bucket"), "location", "cn-north-4")))
                .error(400, "RTC.00001005"));
        ok("rule other app", get("/v2/apps/" + app + "/record-rules/" + rule).status == 404);
        Res job = call("POST", "/v2/apps/" + id + "/individual-stream-jobs", o("room_id", "r1", "user_id", "u1",
                "record_param", o("record_rule_id", rule)));
        ok("rule job", job.status == 201);
        ok("rule in use", call("DELETE", path + "/" + rule, null).status == 400);
        ok("app with rule", call("DELETE", "/v2/apps/" + id, null).error(400, "RTC.00001019"));
        ok("job stop", call("DELETE", "/v2/apps/" + id + "/individual-stream-jobs/" + job.str("job_id"), null).status == 204);
        ok("rule delete", call("DELETE", path + "/" + rule, null).status == 204);
        ok("rule deleted", get(path + "/" + rule).status == 404);
        ok("rule delete again", call("DELETE", path + "/" + rule, null).error(404, "RTC.00001011"));
        call("DELETE", "/v2/apps/" + id, null);
    }

    // ---- chapters 7 and 8 --------------------------------------------------------------------------------------

    void autoRecord() throws Exception {
        String id = newApp("auto");
        String path = "/v2/apps/" + id + "/auto-record-mode";
        String rule = call("POST", "/v2/apps/" + id + "/record-rules", rule()).str("rule_id");
        ok("auto default", get(path).str("auto_record_mode.mode").equals("AUTO_RECORD_OFF"));
        ok("auto off in app", get("/v2/apps/" + id).str("auto_record_mode.mode").equals("AUTO_RECORD_OFF"));
        ok("auto rule needed", call("PUT", path, o("mode", "AUTO_INDIVIDUAL_RECORD")).status == 400);
        ok("auto mode missing", call("PUT", path, o()).error(400, "RTC.00001005"));
        ok("auto mode enum", call("PUT", path, o("mode", "AUTO_MIX_RECORD")).error(400, "RTC.00001003"));
        ok("auto rule unknown", call("PUT", path, o("mode", "AUTO_INDIVIDUAL_RECORD", "record_rule_id", "nope"))
                .error(404, "RTC.00001011"));
        Res put = call("PUT", path, o("mode", "AUTO_INDIVIDUAL_RECORD", "record_rule_id", rule));
        ok("auto put", put.status == 200 && put.str("auto_record_mode.record_rule_id").equals(rule));
        Thread.sleep(20);
        ok("auto get", get(path).body.equals(put.body));
        ok("auto in app", get("/v2/apps/" + id).str("auto_record_mode.mode").equals("AUTO_INDIVIDUAL_RECORD"));
        ok("auto unknown app", get("/v2/apps/nope/auto-record-mode").error(404, "RTC.00001015"));
        Res off = call("PUT", path, o("mode", "AUTO_RECORD_OFF"));
        ok("auto off", off.str("auto_record_mode.mode").equals("AUTO_RECORD_OFF"));
        ok("auto off stored", get(path).str("auto_record_mode.mode").equals("AUTO_RECORD_OFF"));
        call("DELETE", "/v2/apps/" + id + "/record-rules/" + rule, null);
        call("DELETE", "/v2/apps/" + id, null);
    }

    void callback() throws Exception {
        String id = newApp("callback");
        String path = "/v2/apps/" + id + "/record-callback";
        ok("callback unset", get(path).status == 200);
        ok("callback get unknown", get("/v2/apps/nope/record-callback").error(404, "RTC.00001015"));
        ok("callback url missing", call("PUT", path, o("auth_key", "x")).error(400, "RTC.00001005"));
        ok("callback scheme", call("PUT", path, o("url", "ftp://mydomain.com/cb")).error(400, "RTC.00001003"));
        String key = "8923ab8c2dcef4538923ab8c2dcef453";
        Res put = call("PUT", path, o("url", "http://mydomain.com/callback", "auth_key", key));
        ok("callback put", put.status == 200 && put.str("record_callback.url").equals("http://mydomain.com/callback")
                && put.str("record_callback.auth_key").equals(key));
        ok("callback time", Math.abs(instant(put.str("record_callback.update_time")) - System.currentTimeMillis()) < 60_000);
        ok("callback events", put.at("record_callback.notify_event_subscription") instanceof List<?> l && l.size() >= 2);
        Thread.sleep(20);
        ok("callback get", get(path).body.equals(put.body));
        ok("callback in app", get("/v2/apps/" + id).str("callbacks.record_callback.auth_key").equals(key));
        Res https = call("PUT", path, o("url", "https://mydomain.com/callback"));
        ok("callback https", https.status == 200 && !https.str("record_callback.update_time")
                .equals(put.str("record_callback.update_time")));
        ok("callback replaced", get(path).str("record_callback.url").equals("https://mydomain.com/callback"));
        ok("callback unknown app", call("PUT", "/v2/apps/nope/record-callback", o("url", "http://a.b")).error(404, "RTC.00001015"));
        call("DELETE", "/v2/apps/" + id, null);
    }

    // ---- chapter 9 ---------------------------------------------------------------------------------------------

    Map<String, Object> mixBody(String room, Object idle, Object... more) {
        Map<String, Object> param = o("room_id", room, "encode_template", "1280x720_15_2260",
                "max_idle_time", idle == null ? Json.ABSENT : idle, "layout_template", "nine_grids_view");
        for (int i = 0; i < more.length; i += 2) {
            if (more[i + 1] == null) {
                param.remove(more[i]);
            } else {
                param.put((String) more[i], more[i + 1]);
            }
        }
        return o("mix_param", param);
    }

    String idleMix;
    String idleSingle;
    String idleApp;

    void idleJobs() throws Exception {
        idleApp = newApp("idle");
        idleMix = call("POST", "/v2/apps/" + idleApp + "/mix-stream-jobs", mixBody("empty-room", 5)).str("job_id");
        idleSingle = call("POST", "/v2/apps/" + idleApp + "/individual-stream-jobs",
                o("room_id", "empty-room", "user_id", "u", "max_idle_time", 5)).str("job_id");
        started = System.currentTimeMillis();
    }

    long started;

    void idleEnd() throws Exception {
        Thread.sleep(Math.max(0, started + 5300 - System.currentTimeMillis()));
        Res mix = get("/v2/apps/" + idleApp + "/mix-stream-jobs/" + idleMix);
        ok("mix idle stop", mix.str("state").equals("STOPPED") && mix.str("stop_reason").equals("EXCEED_MAX_IDLE_TIME"));
        Res single = get("/v2/apps/" + idleApp + "/individual-stream-jobs/" + idleSingle);
        ok("single idle stop", single.str("state").equals("STOPPED") && single.str("stop_reason").equals("EXCEED_MAX_IDLE_TIME"));
    }

    void mix() throws Exception {
        String room = (String) info.get("room_id");
        String path = "/v2/apps/" + app + "/mix-stream-jobs";
        Res made = call("POST", path, mixBody(room, null));
        ok("mix created", made.status == 201 && made.str("state").equals("INIT"));
        String id = made.str("job_id");
        ok("mix stream", made.str("stream_name").equals("m_" + id + "_" + room));
        ok("mix idle default", made.at("mix_param.max_idle_time").equals(30L));
        ok("mix stop time", made.str("stop_time").equals("0001-01-01T00:00:00Z"));
        ok("mix param missing", call("POST", path, o()).error(400, "RTC.00001005"));
        ok("mix room missing", call("POST", path, mixBody(room, 30, "room_id", null)).error(400, "RTC.00001005"));
        ok("mix template missing", call("POST", path, mixBody(room, 30, "encode_template", null)).error(400, "RTC.00001005"));
        ok("mix template enum", call("POST", path, mixBody(room, 30, "encode_template", "1x1_1_1")).error(400, "RTC.00001003"));
        ok("mix template star", call("POST", path, mixBody(room, 30, "encode_template", "640*480_30_1500")).status == 201);
        ok("mix idle 4", call("POST", path, mixBody(room, 4)).error(400, "RTC.00001003"));
        ok("mix idle 5", call("POST", path, mixBody(room, 5)).status == 201);
        ok("mix idle max", call("POST", path, mixBody(room, 43200)).status == 201);
        ok("mix idle max+1", call("POST", path, mixBody(room, 43201)).error(400, "RTC.00001003"));
        ok("mix idle type", call("POST", path, mixBody(room, "30")).error(400, "RTC.00001003"));
        ok("mix layout missing", call("POST", path, mixBody(room, 30, "layout_template", null)).status == 400);
        ok("mix layout unknown", call("POST", path, mixBody(room, 30, "layout_template", "spiral")).error(400, "RTC.00001010"));
        ok("mix panes missing", call("POST", path, mixBody(room, 30, "layout_template", "custom")).error(400, "RTC.00001004"));
        Res custom = call("POST", path, mixBody(room, 30, "layout_template", "custom", "layout_panes",
                List.of(o("id", 1, "user_id", "u1", "x", 0, "y", 0.5, "width", 0.5, "height", 1.0))));
        ok("mix custom", custom.status == 201);
        ok("mix pane default", custom.str("mix_param.layout_panes.0.video_type").equals("CAMERASTREAM"));
        ok("mix pane x", call("POST", path, mixBody(room, 30, "layout_template", "custom", "layout_panes",
                List.of(o("id", 1, "x", 1.5)))).error(400, "RTC.00001003"));
        ok("mix pane id", call("POST", path, mixBody(room, 30, "layout_template", "custom", "layout_panes",
                List.of(o("id", 0)))).error(400, "RTC.00001003"));
        ok("mix image", call("POST", path, mixBody(room, 30, "background_image", "http://x/y")).error(400, "RTC.00001003"));
        Map<String, Object> withRule = mixBody(room, 30);
        withRule.put("record_param", o("record_rule_id", "nope"));
        ok("mix rule unknown", call("POST", path, withRule).error(404, "RTC.00001011"));
        Res audio = call("POST", path, mixBody(room, 30, "encode_template", "audio_only"));
        ok("mix audio only", audio.status == 201 && audio.at("mix_param.layout_template") == null);
        Thread.sleep(1050);
        Res shown = get(path + "/" + id);
        ok("mix get", shown.status == 200 && shown.str("state").equals("RUNNING"));
        ok("mix unknown", get(path + "/nope").error(404, "RTC.00001008"));
        Res put = call("PUT", path + "/" + id, o("mix_param", o("max_idle_time", 60, "background_image", "s3://b/o.jpg")));
        ok("mix put", put.status == 200 && put.at("mix_param.max_idle_time").equals(60L));
        ok("mix put time", !put.str("update_time").equals(made.str("update_time")));
        ok("mix put stored", get(path + "/" + id).at("mix_param.max_idle_time").equals(60L));
        ok("mix put layout", call("PUT", path + "/" + id, o("mix_param", o("layout_template", "custom", "layout_panes",
                List.of(o("id", 1))))).status == 400);
        ok("mix put missing", call("PUT", path + "/" + id, o()).error(400, "RTC.00001005"));
        ok("mix put idle", call("PUT", path + "/" + id, o("mix_param", o("max_idle_time", 1))).error(400, "RTC.00001003"));
        ok("mix put panes", call("PUT", path + "/" + custom.str("job_id"), o("mix_param", o("layout_panes",
                List.of(o("id", 2, "user_id", "u2"))))).list("mix_param.layout_panes").get(0).get("id").equals(2L));
        ok("mix put unknown", call("PUT", path + "/nope", o("mix_param", o())).error(404, "RTC.00001008"));
        ok("mix stop", call("DELETE", path + "/" + id, null).status == 204);
        Res stopped = get(path + "/" + id);
        ok("mix stopped", stopped.str("state").equals("STOPPED") && stopped.str("stop_reason").equals("TENANT_STOP"));
        ok("mix stopped time", Math.abs(instant(stopped.str("stop_time")) - System.currentTimeMillis()) < 60_000);
        ok("mix put stopped", call("PUT", path + "/" + id, o("mix_param", o("max_idle_time", 30))).error(400, "RTC.00001009"));
        ok("mix stop unknown", call("DELETE", path + "/nope", null).error(404, "RTC.00001008"));
    }

    // ---- chapter 10 --------------------------------------------------------------------------------------------

    void single() throws Exception {
        String room = (String) info.get("room_id");
        String user = (String) info.get("user_id");
        String path = "/v2/apps/" + app + "/individual-stream-jobs";
        Res made = call("POST", path, o("room_id", room, "user_id", user));
        ok("single created", made.status == 201 && made.str("state").equals("INIT"));
        String id = made.str("job_id");
        ok("single stream", made.str("stream_name").equals("s_" + id + "_" + room + "_" + user));
        ok("single defaults", made.at("is_record_audio").equals(true) && made.str("video_type").equals("CAMERASTREAM")
                && made.str("select_stream_type").equals("FHD"));
        ok("single idle default", Long.valueOf(30).equals(made.at("max_idle_time")));
        ok("single room missing", call("POST", path, o("user_id", "u")).error(400, "RTC.00001005"));
        ok("single user missing", call("POST", path, o("room_id", room)).error(400, "RTC.00001005"));
        ok("single video enum", call("POST", path, o("room_id", room, "user_id", "u", "video_type", "FILM")).error(400, "RTC.00001003"));
        ok("single select enum", call("POST", path, o("room_id", room, "user_id", "u", "select_stream_type", "UHD")).error(400, "RTC.00001003"));
        ok("single audio type", call("POST", path, o("room_id", room, "user_id", "u", "is_record_audio", "true")).error(400, "RTC.00001003"));
        ok("single audio false", call("POST", path, o("room_id", room, "user_id", "u", "is_record_audio", false)).at("is_record_audio").equals(false));
        ok("single idle range", call("POST", path, o("room_id", room, "user_id", "u", "max_idle_time", 43201)).error(400, "RTC.00001003"));
        ok("single idle 4", call("POST", path, o("room_id", room, "user_id", "u", "max_idle_time", 4)).error(400, "RTC.00001003"));
        ok("single rule unknown", call("POST", path, o("room_id", room, "user_id", "u",
                "record_param", o("record_rule_id", "nope"))).error(404, "RTC.00001011"));
        ok("single unknown app", call("POST", "/v2/apps/nope/individual-stream-jobs", o("room_id", room, "user_id", "u")).error(404, "RTC.00001015"));
        ok("single get", get(path + "/" + id).status == 200 && Long.valueOf(30).equals(get(path + "/" + id).at("max_idle_time")));
        ok("single unknown", get(path + "/nope").error(404, "RTC.00001008"));
        String other = newApp("other");
        ok("single other app", get("/v2/apps/" + other + "/individual-stream-jobs/" + id).status == 404);
        call("DELETE", "/v2/apps/" + other, null);
        String rule = call("POST", "/v2/apps/" + app + "/record-rules", rule()).str("rule_id");
        Thread.sleep(20);
        Res put = call("PUT", path + "/" + id, o("record_param", o("record_rule_id", rule)));
        ok("single put", put.status == 200 && put.str("record_param.record_rule_id").equals(rule));
        ok("single put time", !put.str("update_time").equals(made.str("update_time")));
        ok("single put stored", get(path + "/" + id).str("record_param.record_rule_id").equals(rule));
        ok("single put empty", call("PUT", path + "/" + id, null).status == 200);
        ok("single put rule", call("PUT", path + "/" + id, o("record_param", o("record_rule_id", "nope"))).error(404, "RTC.00001011"));
        ok("single put missing", call("PUT", path + "/" + id, o("record_param", o())).error(400, "RTC.00001005"));
        ok("single stop", call("DELETE", path + "/" + id, null).status == 204);
        Res stopped = get(path + "/" + id);
        ok("single stopped", stopped.str("state").equals("STOPPED") && stopped.str("stop_reason").equals("TENANT_STOP"));
        ok("single stop time", Math.abs(instant(stopped.str("stop_time")) - System.currentTimeMillis()) < 60_000);
        ok("single stop unknown", call("DELETE", path + "/nope", null).error(404, "RTC.00001008"));
        ok("single put stopped", call("PUT", path + "/" + id, o("record_param", o("record_rule_id", rule))).error(400, "RTC.00001009"));
        call("DELETE", "/v2/apps/" + app + "/record-rules/" + rule, null);
    }

    // ---- chapter 12 --------------------------------------------------------------------------------------------

    void buckets() throws Exception {
        String bucket = (String) info.get("bucket");
        Res list = get("/v2/rtc-ops/buckets");
        ok("bucket count", list.status == 200 && list.num("count") == list.list("buckets").size());
        ok("bucket authorized", list.list("buckets").stream().anyMatch(b -> bucket.equals(b.get("bucket"))
                && Boolean.TRUE.equals(b.get("is_authorized"))));
        ok("bucket date", list.str("buckets.0.creation_date").matches("\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d GMT\\+08:00"));
        Map<String, Object> plain = list.list("buckets").stream().filter(b -> Boolean.FALSE.equals(b.get("is_authorized")))
                .findFirst().orElseThrow();
        ok("bucket second tenant", call("GET", "/v2/rtc-ops/buckets", null, (String) info.get("second_token"))
                .list("buckets").stream().noneMatch(b -> bucket.equals(b.get("bucket"))));
        Map<String, Object> grant = o("bucket", plain.get("bucket"), "operation", 1, "location", "cn-north-4");
        ok("bucket grant", call("PUT", "/v2/rtc-ops/buckets/authentication", grant).status == 200);
        ok("bucket granted", authorized((String) plain.get("bucket")));
        grant.put("operation", 0);
        ok("bucket revoke", call("PUT", "/v2/rtc-ops/buckets/authentication", grant).status == 200);
        ok("bucket revoked", !authorized((String) plain.get("bucket")));
        grant.put("operation", 2);
        ok("bucket operation", call("PUT", "/v2/rtc-ops/buckets/authentication", grant).error(400, "RTC.00001003"));
        grant.put("operation", 1);
        grant.put("location", "mars-1");
        ok("bucket location", call("PUT", "/v2/rtc-ops/buckets/authentication", grant).status == 400);
        grant.remove("location");
        ok("bucket location missing", call("PUT", "/v2/rtc-ops/buckets/authentication", grant).error(400, "RTC.00001005"));
        ok("bucket unknown", call("PUT", "/v2/rtc-ops/buckets/authentication", o("bucket", "nope", "operation", 1,
                "location", "cn-north-4")).error(404, "RTC.00001014"));
        String path = "/v2/rtc-ops/buckets/objects?";
        Res all = get(path + q("bucket", bucket, "type", "objects", "location", "cn-north-4"));
        ok("objects", all.status == 200 && all.num("count") == all.list("objects").size() && all.num("count") > 3);
        Res some = get(path + q("bucket", bucket, "type", "objects", "location", "cn-north-4", "prefix", "Record/"));
        ok("objects prefix", some.num("count") > 0 && some.num("count") < all.num("count")
                && some.list("objects").stream().allMatch(f -> ((String) f.get("file_name")).startsWith("Record/")));
        Res none = get(path + q("bucket", bucket, "type", "objects", "location", "cn-north-4", "prefix", "2023/"));
        ok("objects prefix start", none.num("count") == 0);
        ok("objects size", some.list("objects").stream().allMatch(f -> ((Number) f.get("size")).longValue() < 20_000));
        Res folders = get(path + q("bucket", bucket, "type", "folders", "location", "cn-north-4"));
        ok("folders", folders.list("objects").stream().allMatch(f -> ((String) f.get("file_name")).endsWith("/"))
                && folders.num("count") == 2);
        ok("objects type", get(path + q("bucket", bucket, "type", "files", "location", "cn-north-4")).error(400, "RTC.00001003"));
        ok("objects type missing", get(path + q("bucket", bucket, "location", "cn-north-4")).error(400, "RTC.00001005"));
        ok("objects bucket missing", get(path + q("type", "objects", "location", "cn-north-4")).error(400, "RTC.00001005"));
        ok("objects location", get(path + q("bucket", bucket, "type", "objects", "location", "mars")).error(400, "RTC.00001003"));
        ok("objects unknown", get(path + q("bucket", "nope", "type", "objects", "location", "cn-north-4")).error(404, "RTC.00001014"));
        ok("objects tenant", call("GET", path + q("bucket", bucket, "type", "objects", "location", "cn-north-4"), null,
                (String) info.get("second_token")).error(404, "RTC.00001014"));
    }

    boolean authorized(String bucket) throws Exception {
        return get("/v2/rtc-ops/buckets").list("buckets").stream().anyMatch(b -> bucket.equals(b.get("bucket"))
                && Boolean.TRUE.equals(b.get("is_authorized")));
    }

    // ---- chapter 13 --------------------------------------------------------------------------------------------

    void rooms() throws Exception {
        ok("rooms app missing", stat("rooms").error(400, "DATA.100011001")
                && stat("rooms").str("error_msg").equals("Required String parameter 'app' is not present"));
        ok("rooms app unknown", stat("rooms", "app", "nope").status == 400);
        ok("rooms project", get("/v1/" + info.get("second_project_id") + "/rtc/rooms?app=" + app).status >= 400);
        Res all = stat("rooms", "app", app, "start_time", ago(31 * 1440), "limit", "1000");
        long total = all.num("total");
        ok("rooms total", total > 40 && all.list("room_info_list").size() == total);
        Res page = stat("rooms", "app", app, "start_time", ago(31 * 1440), "limit", "3", "offset", "2");
        ok("rooms page", page.list("room_info_list").size() == 3 && page.num("limit") == 3 && page.num("offset") == 2);
        ok("rooms page total", Math.abs(page.num("total") - total) <= 1);
        ok("rooms offset", page.str("room_info_list.0.room_id").equals(all.str("room_info_list.2.room_id")));
        Res running = stat("rooms", "app", app, "start_time", ago(1440), "state", "RUNNING");
        ok("rooms running", running.num("total") == 3 && running.list("room_info_list").stream().allMatch(
                r -> r.get("state").equals("RUNNING") && "-".equals(r.get("end_time"))));
        Res closed = stat("rooms", "app", app, "start_time", ago(1440), "state", "CLOSED");
        ok("rooms closed", closed.num("total") > 0 && closed.list("room_info_list").stream().allMatch(
                r -> r.get("state").equals("CLOSED")));
        ok("rooms state enum", stat("rooms", "app", app, "state", "OPEN").error(400, "DATA.100011001"));
        for (Map<String, Object> r : closed.list("room_info_list")) {
            long length = (instant((String) r.get("end_time")) - instant((String) r.get("start_time"))) / 1000;
            ok("rooms duration", ((Number) r.get("duration")).longValue() == length);
        }
        Res hour = stat("rooms", "app", app, "limit", "100");
        ok("rooms default hour", hour.num("total") == 4);
        ok("rooms id", stat("rooms", "app", app, "start_time", ago(1440), "room_id", (String) info.get("room_id")).num("total") == 1);
        ok("rooms span", stat("rooms", "app", app, "start_time", ago(91 * 1440)).error(400, "DATA.100011001"));
        ok("rooms span 90", stat("rooms", "app", app, "start_time", ago(90 * 1440 - 5)).status == 200);
        ok("rooms format", stat("rooms", "app", app, "start_time", "2020-04-23 06:00:00").error(400, "DATA.100011001"));
    }

    void users() throws Exception {
        Res detail = stat("users", "app", app, "start_time", ago(7 * 1440), "type", "detail", "limit", "5000");
        Res summary = stat("users", "app", app, "start_time", ago(7 * 1440), "type", "summary", "limit", "5000");
        Set<String> keys = new HashSet<>();
        Set<String> sessions = new HashSet<>();
        for (Map<String, Object> u : detail.list("users")) {
            keys.add(u.get("room_id") + "/" + u.get("uid"));
            sessions.add((String) u.get("session"));
        }
        ok("users detail", sessions.size() == detail.num("total"));
        ok("users summary", keys.size() == summary.num("total") && keys.size() < sessions.size());
        ok("users default type", stat("users", "app", app, "start_time", ago(7 * 1440)).num("total") == summary.num("total"));
        Res page = stat("users", "app", app, "start_time", ago(7 * 1440), "limit", "4", "offset", "5");
        ok("users page", page.list("users").size() == 4 && page.str("users.0.session").equals(summary.str("users.5.session"))
                && page.num("total") == summary.num("total"));
        Res online = stat("users", "app", app, "start_time", ago(1440), "state", "ONLINE", "limit", "1000");
        ok("users online", online.num("total") > 5 && online.list("users").stream().allMatch(
                u -> u.get("state").equals("ONLINE") && "-".equals(u.get("leave_time"))));
        Res two = stat("users", "app", app, "start_time", ago(1440), "state", "ONLINE,FAIL", "limit", "1000");
        ok("users states", two.num("total") > online.num("total"));
        ok("users state enum", stat("users", "app", app, "state", "BUSY").status == 400);
        String code = "GD";
        Res byCode = stat("users", "app", app, "start_time", ago(31 * 1440), "region", code, "limit", "5000");
        Res byName = stat("users", "app", app, "start_time", ago(31 * 1440), "region", "广东", "limit", "5000");
        ok("users region", byCode.num("total") > 0 && byCode.num("total") == byName.num("total")
                && byCode.list("users").stream().allMatch(u -> u.get("region").equals("广东")));
        ok("users isp", stat("users", "app", app, "start_time", ago(31 * 1440), "isp", "CTCC", "limit", "5000")
                .list("users").stream().allMatch(u -> u.get("isp").equals("CTCC")));
        Res uid = stat("users", "app", app, "start_time", ago(31 * 1440), "uid", "user1", "limit", "5000");
        ok("users uid", uid.num("total") > 10 && uid.list("users").stream().allMatch(u -> u.get("uid").equals("user1")));
        ok("users nickname", stat("users", "app", app, "start_time", ago(31 * 1440), "nickname", "nick-user1").num("total") == uid.num("total"));
        ok("users type enum", stat("users", "app", app, "type", "all").status == 400);
        ok("users room", stat("users", "app", app, "start_time", ago(1440), "room_id", (String) info.get("room_id"),
                "limit", "100").list("users").stream().allMatch(u -> u.get("room_id").equals(info.get("room_id"))));
        ok("users span", stat("users", "app", app, "start_time", ago(91 * 1440)).status == 400);
    }

    long lastValue(Res res, String list) {
        List<Map<String, Object>> points = res.list(list);
        return ((Number) points.get(points.size() - 1).get("value")).longValue();
    }

    void realtime() throws Exception {
        Res scale = stat("realtime/scale", "app", app, "metric", "OnlineUsers");
        ok("scale points", scale.list("scale").size() >= 60 && scale.list("scale").size() <= 61);
        ok("scale minutes", scale.list("scale").stream().allMatch(p -> ((String) p.get("time")).endsWith(":00Z")));
        Res online = stat("users", "app", app, "start_time", ago(1440), "state", "ONLINE", "limit", "1000");
        ok("scale now", lastValue(scale, "scale") == online.num("total"));
        String room = (String) info.get("room_id");
        Res one = stat("realtime/scale", "app", app, "metric", "OnlineUsers", "room_id", room);
        ok("scale room", lastValue(one, "scale") == 6);
        ok("scale rooms", lastValue(stat("realtime/scale", "app", app, "metric", "RoomCount"), "scale") == 3);
        ok("scale metric", stat("realtime/scale", "app", app, "metric", "Users").error(400, "DATA.100011001"));
        ok("scale metric missing", stat("realtime/scale", "app", app).error(400, "DATA.100011001"));
        ok("scale span", stat("realtime/scale", "app", app, "metric", "OnlineUsers", "start_time", ago(1500)).status == 400);
        ok("scale day", stat("realtime/scale", "app", app, "metric", "OnlineUsers", "start_time", ago(1439)).status == 200);
        for (String dimension : List.of("region", "access_net", "platform", "sdk")) {
            Res dim = stat("realtime/scale/dimension", "app", app, "metric", "OnlineUsers", "dimension", dimension,
                    "time", ago(0));
            long sum = 0;
            long last = Long.MAX_VALUE;
            boolean sorted = true;
            for (Map<String, Object> row : dim.list("dimensions")) {
                long value = ((Number) row.get("online_users")).longValue();
                sum += value;
                sorted &= value <= last;
                last = value;
            }
            ok("dimension sum", sum == online.num("total"));
            ok("dimension sorted", sorted);
            if (dimension.equals("region")) {
                ok("dimension region code", dim.list("dimensions").stream().allMatch(r -> ((String) r.get("dimension")).matches("[A-Z]{2}")));
            }
        }
        ok("dimension time", stat("realtime/scale/dimension", "app", app, "metric", "OnlineUsers", "dimension", "region").status == 400);
        ok("dimension enum", stat("realtime/scale/dimension", "app", app, "metric", "OnlineUsers", "dimension", "city",
                "time", ago(0)).status == 400);
        ok("dimension metric", stat("realtime/scale/dimension", "app", app, "metric", "RoomCount", "dimension", "sdk",
                "time", ago(0)).status == 400);
        Set<String> bodies = new HashSet<>();
        for (String sdk : List.of("native", "webrtc")) {
            for (String metric : List.of("JoinSuccessRate", "JoinSuccess5SecsRate", "VideoFreezeRate", "AudioFreezeRate")) {
                Res r = stat("realtime/quality", "app", app, "metric", metric, "sdk_type", sdk, "start_time", ago(300), "end_time", ago(1));
                ok("quality " + metric, r.status == 200 && rates(r, "quality"));
                bodies.add(r.raw.body());
            }
            for (String metric : List.of("VideoUpstreamExcellentTransRate", "AudioUpstreamExcellentTransRate",
                    "VideoExcellentTransRate", "AudioExcellentTransRate")) {
                Res r = stat("realtime/network", "app", app, "metric", metric, "sdk_type", sdk, "start_time", ago(300), "end_time", ago(1));
                ok("network " + metric, r.status == 200 && rates(r, "network"));
                bodies.add(r.raw.body());
            }
        }
        ok("quality differs by sdk", bodies.size() >= 13);
        for (String op : List.of("quality", "network")) {
            String metric = op.equals("quality") ? "VideoFreezeRate" : "VideoExcellentTransRate";
            ok(op + " sdk missing", stat("realtime/" + op, "app", app, "metric", metric).error(400, "DATA.100011001"));
            ok(op + " sdk enum", stat("realtime/" + op, "app", app, "metric", metric, "sdk_type", "flash").status == 400);
            ok(op + " metric enum", stat("realtime/" + op, "app", app, "metric", "X", "sdk_type", "native").status == 400);
            ok(op + " span", stat("realtime/" + op, "app", app, "metric", metric, "sdk_type", "native", "start_time", ago(1500)).status == 400);
            ok(op + " hour", Math.abs(stat("realtime/" + op, "app", app, "metric", metric, "sdk_type", "native").list(op).size() - 60) <= 1);
            ok(op + " room", !stat("realtime/" + op, "app", app, "metric", metric, "sdk_type", "native", "room_id", "nope")
                    .raw.body().matches(".*\"value\":0\\.[1-9].*"));
        }
    }

    boolean rates(Res res, String list) {
        return res.list(list).stream().allMatch(p -> ((Number) p.get("value")).doubleValue() >= 0
                && ((Number) p.get("value")).doubleValue() <= 1) && !res.list(list).isEmpty();
    }

    static final String ALL_SCALE = "UserCount,SessionCount,RoomCount,MaxOnlineUserCount,MaxOnlineRoomCount,"
            + "CommunicationDuration,VideoCommunicationDuration,AudioCommunicationDuration";

    void history() throws Exception {
        Res usage = stat("history/usage", "app", app, "metric", "CommunicationDuration", "start_date", day(3), "end_date", day(1));
        Res scale = stat("history/scale", "app", app, "metric", ALL_SCALE, "start_date", day(3), "end_date", day(1));
        ok("usage days", usage.list("usage").size() == 3 && scale.list("scale").size() == 3);
        for (int i = 0; i < 3; i++) {
            Map<String, Object> u = usage.list("usage").get(i);
            Map<String, Object> s = scale.list("scale").get(i);
            long video = n(u, "video_sd") + n(u, "video_hd") + n(u, "video_hdp");
            ok("usage total", video + n(u, "audio") == n(u, "total_duration") && n(u, "total_duration") > 0);
            ok("usage scale", n(u, "total_duration") == n(s, "communication_duration")
                    && video == n(s, "video_communication_duration") && n(u, "audio") == n(s, "audio_communication_duration"));
            String date = (String) s.get("date");
            ok("usage date", date.equals(day(3 - i)) && date.equals(u.get("date")));
            String from = date + "T00:00:00Z";
            String to = date + "T23:59:59Z";
            Res sessions = stat("users", "app", app, "type", "detail", "start_time", from, "end_time", to, "state",
                    "ONLINE,OFFLINE", "limit", "1000");
            Res users = stat("users", "app", app, "start_time", from, "end_time", to, "state", "ONLINE,OFFLINE");
            Res rooms = stat("rooms", "app", app, "start_time", from, "end_time", to);
            ok("scale sessions", n(s, "session_count") == sessions.num("total"));
            ok("scale users", n(s, "user_count") == users.num("total"));
            ok("scale rooms", n(s, "room_count") == rooms.num("total"));
            long seconds = 0;
            for (Map<String, Object> x : sessions.list("users")) {
                seconds += (instant((String) x.get("leave_time")) - instant((String) x.get("join_time"))) / 1000;
            }
            ok("scale seconds", n(s, "communication_duration") == seconds);
            long peak = 0;
            for (Map<String, Object> x : stat("realtime/scale", "app", app, "metric", "OnlineUsers", "start_time", from,
                    "end_time", to).list("scale")) {
                peak = Math.max(peak, n(x, "value"));
            }
            ok("scale peak", n(s, "max_online_user_count") >= peak && n(s, "max_online_user_count") <= n(s, "user_count"));
            ok("scale peak tight", n(s, "max_online_user_count") <= peak + 2);
        }
        ok("usage work", stat("history/usage", "app", app, "metric", "RecordDuration", "start_date", day(30), "end_date", day(0))
                .list("usage").stream().mapToLong(u -> n(u, "total_duration")).sum() > 0);
        ok("usage transcode", stat("history/usage", "app", app, "metric", "TranscodeDuration", "start_date", day(30), "end_date", day(1))
                .list("usage").stream().mapToLong(u -> n(u, "total_duration")).sum() > 0);
        ok("usage end missing", stat("history/usage", "app", app, "metric", "RecordDuration", "start_date", day(3)).status == 400);
        ok("usage metric", stat("history/usage", "app", app, "metric", "X", "start_date", day(3), "end_date", day(1)).status == 400);
        ok("usage order", stat("history/usage", "app", app, "metric", "RecordDuration", "start_date", day(1), "end_date", day(3)).status == 400);
        ok("scale default day", stat("history/scale", "app", app, "metric", "UserCount").list("scale").size() == 1
                && stat("history/scale", "app", app, "metric", "UserCount").str("scale.0.date").equals(day(1)));
        ok("scale no today", stat("history/scale", "app", app, "metric", "UserCount", "start_date", day(2), "end_date", day(0))
                .list("scale").size() == 2);
        ok("scale metrics", scale.list("scale").get(0).size() == 9);
        Res pair = stat("history/scale", "app", app, "metric", "SessionCount,MaxOnlineRoomCount", "start_date", day(2), "end_date", day(1));
        ok("scale two metrics", pair.at("scale.0.session_count") != null && pair.at("scale.0.max_online_room_count") != null);
        ok("scale bad metric", stat("history/scale", "app", app, "metric", "UserCount,X").status == 400);
        ok("scale span", stat("history/scale", "app", app, "metric", "UserCount", "start_date", day(40), "end_date", day(1)).status == 400);
        Res quality = stat("history/quality", "app", app, "metric", "JoinSuccessRate,JoinSuccess5SecsRate,VideoFreezeRate,"
                + "AudioFreezeRate,FirstVideoRecvTime,FirstAudioRecvTime,PullStreamSuccessRate,PushStreamSuccessRate,"
                + "VideoUpstreamExcellentTransRate,AudioUpstreamExcellentTransRate,VideoExcellentTransRate,"
                + "AudioExcellentTransRate,VideoTransDelay,AudioTransDelay", "start_date", day(5), "end_date", day(1));
        ok("quality days", quality.list("quality").size() == 5);
        for (Map<String, Object> r : quality.list("quality")) {
            ok("quality fields", r.size() == 15);
            for (Map.Entry<String, Object> e : r.entrySet()) {
                if (e.getKey().endsWith("_rate")) {
                    double v = ((Number) e.getValue()).doubleValue();
                    ok("quality rate", v >= 0 && v <= 1);
                }
            }
            String date = (String) r.get("date");
            Res attempts = stat("users", "app", app, "type", "detail", "start_time", date + "T00:00:00Z", "end_time",
                    date + "T23:59:59Z", "limit", "1000");
            long fails = attempts.list("users").stream().filter(u -> u.get("state").equals("FAIL")).count();
            double rate = 1 - fails / (double) attempts.num("total");
            ok("quality join rate", Math.abs(rate - ((Number) r.get("join_success_rate")).doubleValue()) < 0.001);
            ok("quality 5s", ((Number) r.get("join_success_in5secs_rate")).doubleValue()
                    <= ((Number) r.get("join_success_rate")).doubleValue());
            double delay = ((Number) r.get("audio_trans_delay")).doubleValue();
            ok("quality median", delay * 2 == Math.floor(delay * 2));
        }
        ok("quality no today", stat("history/quality", "app", app, "metric", "JoinSuccessRate", "start_date", day(1), "end_date", day(0))
                .list("quality").size() == 1);
        ok("quality default", stat("history/quality", "app", app, "metric", "JoinSuccessRate").list("quality").size() == 1);
        ok("quality metric", stat("history/quality", "app", app, "metric", "Nope").status == 400);
        ok("quality span", stat("history/quality", "app", app, "metric", "JoinSuccessRate", "start_date", day(33), "end_date", day(1)).status == 400);
        ok("quality metric missing", stat("history/quality", "app", app).error(400, "DATA.100011001"));
    }

    static long n(Map<String, Object> map, String key) {
        return ((Number) map.get(key)).longValue();
    }

    void client() throws Exception {
        String room = (String) info.get("room_id");
        Res all = stat("client/qos/details", "app_id", app, "room_id", room, "mid", "all", "start_time", ago(30), "end_time", ago(0));
        Set<String> mids = new HashSet<>();
        all.list("data").forEach(d -> mids.add((String) d.get("mid")));
        ok("qos all", all.str("room_id").equals(room) && mids.contains("appcpu") && mids.contains("artt") && mids.contains("ajitter"));
        ok("qos upstream", all.list("data").stream().anyMatch(d -> d.get("peerid").equals("0")));
        ok("qos points", all.list("data").stream().allMatch(d -> !((List<?>) d.get("data")).isEmpty()));
        Res two = stat("client/qos/details", "app_id", app, "room_id", room, "mid", "appcpu,artt", "user_id", "user1",
                "start_time", ago(30), "end_time", ago(0));
        Set<String> got = new HashSet<>();
        two.list("data").forEach(d -> got.add((String) d.get("mid")));
        ok("qos mids", got.equals(Set.of("appcpu", "artt")));
        ok("qos user", two.list("data").stream().allMatch(d -> d.get("uid").equals("user1")));
        ok("qos cpu range", two.list("data").size() >= 2);
        ok("qos limit", stat("client/qos/details", "app_id", app, "room_id", room, "mid", "artt", "start_time", ago(30),
                "end_time", ago(0), "limit", "2").list("data").size() == 2);
        ok("qos mid missing", stat("client/qos/details", "app_id", app, "room_id", room, "start_time", ago(30), "end_time", ago(0)).status == 400);
        ok("qos mid enum", stat("client/qos/details", "app_id", app, "room_id", room, "mid", "nope", "start_time", ago(30), "end_time", ago(0)).status == 400);
        ok("qos room missing", stat("client/qos/details", "app_id", app, "mid", "all", "start_time", ago(30), "end_time", ago(0)).status == 400);
        ok("qos start missing", stat("client/qos/details", "app_id", app, "room_id", room, "mid", "all", "end_time", ago(0)).status == 400);
        ok("qos old", stat("client/qos/details", "app_id", app, "room_id", room, "mid", "all", "start_time", ago(6 * 1440),
                "end_time", ago(6 * 1440 - 60)).status == 400);
        ok("qos span", stat("client/qos/details", "app_id", app, "room_id", room, "mid", "all", "start_time", ago(2000),
                "end_time", ago(0)).status == 400);
        ok("qos span user", stat("client/qos/details", "app_id", app, "room_id", room, "mid", "all", "user_id", "user1",
                "start_time", ago(2000), "end_time", ago(0)).status == 200);
        ok("qos app", stat("client/qos/details", "room_id", room, "mid", "all", "start_time", ago(30), "end_time", ago(0))
                .str("error_msg").equals("Required String parameter 'app_id' is not present"));
        for (String op : List.of("client/event", "client/abnormalevent")) {
            ok(op + " app", stat(op, "start_time", ago(30), "end_time", ago(0)).error(400, "400"));
            ok(op + " start", stat(op, "app_id", app, "end_time", ago(0)).error(400, "400"));
            ok(op + " span", stat(op, "app_id", app, "start_time", ago(61), "end_time", ago(0)).error(400, "400"));
            ok(op + " old", stat(op, "app_id", app, "start_time", ago(6 * 1440), "end_time", ago(6 * 1440 - 30)).error(400, "400"));
            ok(op + " ok", stat(op, "app_id", app, "start_time", ago(59), "end_time", ago(0)).status == 200);
        }
        Res events = stat("client/event", "app_id", app, "start_time", ago(59), "end_time", ago(1));
        Res abnormal = get("/v1/rtc/data/abnormal-events?" + q("app", app, "start_time", ago(59), "end_time", ago(1), "limit", "1000"));
        ok("event count", events.list("data").size() == abnormal.num("total") && abnormal.num("total") > 5);
        ok("event info", events.list("data").stream().allMatch(e -> e.get("event_info") instanceof String s && s.startsWith("{")));
        Res byRoom = stat("client/event", "app_id", app, "room_id", room, "start_time", ago(59), "end_time", ago(1));
        ok("event room", byRoom.list("data").size() < events.list("data").size() && byRoom.list("data").stream().allMatch(
                e -> ((String) e.get("event_info")).contains(room)));
        Res exp = stat("client/abnormalevent", "app_id", app, "start_time", ago(59), "end_time", ago(1));
        long causes = exp.list("data").stream().mapToLong(d -> ((List<?>) d.get("abnormal_list")).size()).sum();
        ok("exp count", causes == abnormal.num("total"));
        ok("exp flat", exp.at("uid") != null && exp.at("abnormal_list.0.ts") != null);
        Res expRoom = stat("client/abnormalevent", "app_id", app, "room_id", room, "start_time", ago(59), "end_time", ago(1));
        ok("exp room", expRoom.str("room_id").equals(room) && expRoom.list("data").stream().allMatch(d -> d.get("room_id").equals(room)));
    }

    void abnormal() throws Exception {
        String path = "/v1/rtc/data/abnormal-events?";
        String from = ago(1430);
        String to = ago(1);
        Res all = get(path + q("app", app, "start_time", from, "end_time", to, "limit", "5000"));
        long total = all.num("total");
        ok("abnormal total", total > 20 && total == all.list("events").size());
        Res ten = get(path + q("app", app, "start_time", from, "end_time", to));
        ok("abnormal default limit", ten.list("events").size() == 10 && ten.num("total") == total);
        Res page = get(path + q("app", app, "start_time", from, "end_time", to, "limit", "5", "offset", "7"));
        ok("abnormal page", page.list("events").size() == 5 && page.at("events.0").equals(all.at("events.7")));
        for (Map<String, Object> e : all.list("events")) {
            boolean join = n(e, "abnormal_type") == 1;
            ok("abnormal stage", e.get("stage").equals(join ? "join_room" : "communication"));
            ok("abnormal peer", e.get("location").equals("local") == "".equals(e.get("peer_uid")));
            ok("abnormal desc", e.get("abnormal_type_desc").equals(join ? "进房慢(5s加入房间失败)"
                    : n(e, "abnormal_type") == 2 ? "视频卡顿" : "音频卡顿"));
            if (!join && n(e, "abnormal_factor") == 14) {
                ok("abnormal factor", e.get("abnormal_factor_desc").equals("下行视频丢包"));
            }
        }
        String uid = all.str("events.0.uid");
        Res mine = get(path + q("app", app, "start_time", from, "end_time", to, "uid", uid, "limit", "5000"));
        ok("abnormal uid", mine.num("total") > 0 && mine.list("events").stream().allMatch(e -> e.get("uid").equals(uid)));
        ok("abnormal span", get(path + q("app", app, "start_time", ago(1500), "end_time", ago(0))).error(400, "DATA.100011001"));
        ok("abnormal app", get(path).str("error_msg").equals("Required String parameter 'app' is not present"));
        ok("abnormal tenant", call("GET", path + q("app", app), null, (String) info.get("second_token")).status == 400);
        Res hour = get(path + q("app", app, "limit", "5000"));
        long border = System.currentTimeMillis() - 3600_000L - 61_000;
        ok("abnormal hour", hour.list("events").stream().allMatch(e -> instant((String) e.get("time")) > border));
        String dim = "/v1/rtc/data/abnormal-event/dimension?";
        for (String dimension : List.of("", "abnormal_type", "abnormal_factor", "abnormal_type,abnormal_factor")) {
            Res rows = get(dim + q("app", app, "start_time", from, "end_time", to) + (dimension.isEmpty() ? "" : "&" + q("dimension", dimension)));
            boolean type = !dimension.equals("abnormal_factor");
            boolean factor = !dimension.equals("abnormal_type");
            Map<String, Set<String>> expected = new TreeMap<>();
            for (Map<String, Object> e : all.list("events")) {
                String key = (type ? e.get("abnormal_type_desc") : "") + "|" + (factor ? e.get("abnormal_factor_desc") : "");
                expected.computeIfAbsent(key, k -> new HashSet<>()).add(e.get("room_id") + "/" + e.get("uid"));
            }
            Map<String, Long> got = new TreeMap<>();
            for (Map<String, Object> row : rows.list("dimensions")) {
                got.put((type ? row.get("abnormal_type_desc") : "") + "|" + (factor ? row.get("abnormal_factor_desc") : ""),
                        n(row, "user_count"));
            }
            ok("distribution " + dimension, expected.keySet().equals(got.keySet())
                    && expected.entrySet().stream().allMatch(e -> got.get(e.getKey()) == e.getValue().size()));
        }
        ok("distribution enum", get(dim + q("app", app, "dimension", "region")).status == 400);
        ok("distribution app", get(dim).error(400, "DATA.100011001"));
        ok("distribution span", get(dim + q("app", app, "start_time", ago(1500), "end_time", ago(0))).status == 400);
    }

    // ---- chapter 11, last because it empties the room -----------------------------------------------------------

    void kick() throws Exception {
        String room = (String) info.get("room_id");
        String path = "/v2/apps/" + app + "/rooms/" + room;
        Res before = stat("users", "app", app, "start_time", ago(1440), "room_id", room, "state", "ONLINE", "limit", "100");
        ok("kick ids missing", call("POST", path + "/batch-remove-users", o()).error(400, "RTC.00001005"));
        ok("kick ids type", call("POST", path + "/batch-remove-users", o("user_ids", "user1")).error(400, "RTC.00001003"));
        ok("kick ids empty", call("POST", path + "/batch-remove-users", o("user_ids", List.of())).error(400, "RTC.00001003"));
        ok("kick app", call("POST", "/v2/apps/nope/rooms/" + room + "/batch-remove-users", o("user_ids", List.of("u"))).error(404, "RTC.00001015"));
        String a = before.str("users.1.uid");
        String b = before.str("users.2.uid");
        Res kicked = call("POST", path + "/batch-remove-users", o("user_ids", List.of(a, b)));
        ok("kick", kicked.status == 202);
        ok("kick request id", kicked.raw.headers().firstValue("X-Request-Id").isPresent());
        Res after = stat("users", "app", app, "start_time", ago(1440), "room_id", room, "state", "ONLINE", "limit", "100");
        ok("kicked", after.num("total") == before.num("total") - 2
                && after.list("users").stream().noneMatch(u -> u.get("uid").equals(a) || u.get("uid").equals(b)));
        Res gone = stat("users", "app", app, "start_time", ago(1440), "room_id", room, "uid", a);
        ok("kicked offline", gone.str("users.0.state").equals("OFFLINE")
                && Math.abs(instant(gone.str("users.0.leave_time")) - System.currentTimeMillis()) < 60_000);
        ok("kicked scale", lastValue(stat("realtime/scale", "app", app, "metric", "OnlineUsers", "room_id", room), "scale")
                == after.num("total"));
        ok("dismiss unknown", call("POST", "/v2/apps/" + app + "/rooms/nope/dismiss", null).status == 404);
        ok("dismiss other app", call("POST", path + "/dismiss", null, (String) info.get("second_token")).status == 404);
        ok("dismiss", call("POST", path + "/dismiss", null).status == 202);
        ok("dismissed users", stat("users", "app", app, "start_time", ago(1440), "room_id", room, "state", "ONLINE").num("total") == 0);
        Res closed = stat("rooms", "app", app, "start_time", ago(1440), "room_id", room);
        ok("dismissed room", closed.str("room_info_list.0.state").equals("CLOSED")
                && Math.abs(instant(closed.str("room_info_list.0.end_time")) - System.currentTimeMillis()) < 60_000);
        ok("dismiss again", call("POST", path + "/dismiss", null).status == 404);
    }
}
