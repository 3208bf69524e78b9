import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Accounts, tokens (Keystone v3) and AK/SK signatures (SDK-HMAC-SHA256). */
final class Auth {
    static final long TOKEN_LIFE = 24 * Times.HOUR;
    private static final long MAX_SKEW = 15 * Times.MINUTE;
    private static final int MAX_SIGNED_BODY = 12 * 1024 * 1024;
    private static final Pattern AUTHORIZATION = Pattern.compile(
            "SDK-HMAC-SHA256\\s+Access=([^,\\s]+),\\s*SignedHeaders=([^,\\s]+),\\s*Signature=([0-9a-fA-F]+)");
    private static final DateTimeFormatter SDK_DATE = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'");

    /** An account (domain) with one user and one project. */
    static final class Tenant {
        final String id = Store.newId();
        final String userId = Store.newId();
        final String projectId = Store.newId();
        final String domain;
        final String user;
        final String password;
        final String projectName;
        final String ak;
        final String sk;

        Tenant(String domain, String user, String password, String projectName) {
            this.domain = domain;
            this.user = user;
            this.password = password;
            this.projectName = projectName;
            this.ak = Store.newId().substring(0, 20).toUpperCase();
            this.sk = Store.newId() + Store.newId().substring(0, 8);
        }
    }

    /** Who is calling; projectId is null for a token that is not scoped to a project. */
    record Principal(Tenant tenant, String projectId) {
    }

    record Token(String value, Tenant tenant, String projectId, long issued, long expires) {
    }

    final List<Tenant> tenants = new ArrayList<>();
    private final Map<String, Token> tokens = new ConcurrentHashMap<>();

    Token issue(Tenant tenant, String projectId, long issued) {
        String value = "MIIP" + Store.newId() + Store.newId() + Store.newId();
        Token token = new Token(value, tenant, projectId, issued, issued + (Slip.slip("token-life-12h") ? TOKEN_LIFE / 2 : TOKEN_LIFE));
        tokens.put(value, token);
        return token;
    }

    Principal authenticate(Request request) {
        String token = request.header("X-Auth-Token");
        if (token != null) {
            return byToken(request, token.trim());
        }
        String authorization = request.header("Authorization");
        if (authorization != null) {
            return bySignature(request, authorization);
        }
        throw unauthorized(request);
    }

    private Principal byToken(Request request, String value) {
        Token token = tokens.get(value);
        if (token == null || token.expires() <= Times.now() && !Slip.slip("expired-token-accepted")) {
            throw unauthorized(request);
        }
        return new Principal(token.tenant(), token.projectId());
    }

    private Principal bySignature(Request request, String authorization) {
        Matcher matcher = AUTHORIZATION.matcher(authorization.trim());
        String date = request.header("X-Sdk-Date");
        if (!matcher.matches() || date == null || !fresh(date.trim())) {
            throw unauthorized(request);
        }
        Tenant tenant = tenants.stream().filter(t -> t.ak.equals(matcher.group(1))).findFirst().orElse(null);
        if (tenant == null) {
            throw unauthorized(request);
        }
        if (request.body.length > MAX_SIGNED_BODY) {
            throw ApiException.invalid();
        }
        String expected = sign(tenant.sk, request, matcher.group(2).toLowerCase().split(";"), date.trim());
        byte[] given = matcher.group(3).toLowerCase().getBytes(StandardCharsets.US_ASCII);
        boolean same = MessageDigest.isEqual(expected.getBytes(StandardCharsets.US_ASCII), given);
        if (!same && !Slip.slip("signature-not-checked")) {
            throw unauthorized(request);
        }
        String project = request.header("X-Project-Id");
        if (project == null || project.isBlank()) {
            throw ApiException.missing();
        }
        if (!project.trim().equals(tenant.projectId)) {
            throw ApiException.noPermission();
        }
        return new Principal(tenant, tenant.projectId);
    }

    private static boolean fresh(String date) {
        try {
            Instant sent = LocalDateTime.parse(date, SDK_DATE).toInstant(ZoneOffset.UTC);
            return Math.abs(Times.now() - sent.toEpochMilli()) <= MAX_SKEW;
        } catch (DateTimeException e) {
            return false;
        }
    }

    /** Wrong or missing credentials: 401. The OBS operations (chapter 12) document their own code for it. */
    private static ApiException unauthorized(Request request) {
        if (request.rawPath.startsWith("/v2/rtc-ops/")) {
            return new ApiException(401, "RTC.00001003", "InvalidParameterValue");
        }
        return new ApiException(401, "APIGW.0301", "Incorrect IAM authentication information");
    }

    static String sign(String sk, Request request, String[] signedHeaders, String date) {
        StringBuilder canonical = new StringBuilder();
        canonical.append(request.method).append('\n');
        canonical.append(canonicalPath(request.rawPath)).append('\n');
        canonical.append(canonicalQuery(request.query)).append('\n');
        for (String name : signedHeaders) {
            String value = request.header(name);
            canonical.append(name).append(':').append(value == null ? "" : value.trim()).append('\n');
        }
        canonical.append('\n').append(String.join(";", signedHeaders)).append('\n');
        String declared = request.header("X-Sdk-Content-Sha256");
        canonical.append("UNSIGNED-PAYLOAD".equals(declared) ? declared : sha256(request.body));
        String toSign = "SDK-HMAC-SHA256\n" + date + "\n"
                + sha256(canonical.toString().getBytes(StandardCharsets.UTF_8));
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(sk.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(toSign.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String canonicalPath(String rawPath) {
        StringBuilder out = new StringBuilder();
        for (String segment : rawPath.split("/")) {
            if (!segment.isEmpty()) {
                out.append('/').append(encode(Router.decode(segment, false)));
            }
        }
        return out.append('/').toString();
    }

    private static String canonicalQuery(Map<String, List<String>> query) {
        List<String> pairs = new ArrayList<>();
        List<String> names = new ArrayList<>(query.keySet());
        names.sort(null);
        for (String name : names) {
            List<String> values = new ArrayList<>(query.get(name));
            values.sort(null);
            for (String value : values) {
                pairs.add(encode(name) + "=" + encode(value));
            }
        }
        return String.join("&", pairs);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A")
                .replace("%7E", "~");
    }

    private static String sha256(byte[] data) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- identity service -------------------------------------------------------------------------------------

    /** POST /v3/auth/tokens */
    Reply createToken(Request request) {
        Fields auth;
        Fields user;
        try {
            auth = request.json().object("auth");
            Fields identity = auth.object("identity");
            if (!identity.texts("methods").contains("password")) {
                throw ApiException.invalid();
            }
            user = identity.object("password").object("user");
        } catch (ApiException e) {
            return identityError(400, "Bad Request", "The request body is invalid.");
        }
        Tenant tenant = findUser(user);
        if (tenant == null) {
            return identityError(401, "Unauthorized", "The username or password is wrong.");
        }
        String projectId = null;
        try {
            if (auth.has("scope") && auth.object("scope").has("project")) {
                Fields project = auth.object("scope").object("project");
                String wanted = project.has("id") ? project.text("id") : project.text("name");
                if (!wanted.equals(tenant.projectName) && !wanted.equals(tenant.projectId)) {
                    return identityError(401, "Unauthorized", "The project does not belong to the user.");
                }
                projectId = tenant.projectId;
            }
        } catch (ApiException e) {
            return identityError(400, "Bad Request", "The scope is invalid.");
        }
        Token token = issue(tenant, projectId, Times.now());
        return Reply.created(Json.object("token", describe(token))).with("X-Subject-Token", token.value());
    }

    private Tenant findUser(Fields user) {
        for (Tenant tenant : tenants) {
            boolean named = tenant.userId.equals(user.raw("id"));
            if (!named && tenant.user.equals(user.raw("name")) && user.raw("domain") instanceof Map<?, ?> domain) {
                named = tenant.domain.equals(domain.get("name")) || tenant.id.equals(domain.get("id"));
            }
            if (named && tenant.password.equals(user.raw("password"))) {
                return tenant;
            }
        }
        return null;
    }

    private static Map<String, Object> describe(Token token) {
        Tenant tenant = token.tenant();
        Map<String, Object> domain = Json.object("id", tenant.id, "name", tenant.domain);
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("expires_at", micros(token.expires()));
        out.put("issued_at", micros(token.issued()));
        out.put("methods", List.of("password"));
        if (token.projectId() == null) {
            out.put("domain", domain);
        } else {
            out.put("project", Json.object("id", tenant.projectId, "name", tenant.projectName, "domain", domain));
        }
        out.put("user", Json.object("id", tenant.userId, "name", tenant.user, "domain", domain));
        out.put("roles", List.of(Json.object("id", "0", "name", "te_admin")));
        out.put("catalog", List.of());
        return out;
    }

    private static String micros(long time) {
        return Times.millis(time).replace("Z", "000Z");
    }

    private static Reply identityError(int status, String title, String message) {
        return Reply.of(status, Json.object("error_code", "IAM.0" + status, "error_msg", message,
                "error", Json.object("code", status, "title", title, "message", message)));
    }

    /** GET /v3/projects (14.3) */
    Reply listProjects(Request request) {
        Tenant tenant = request.principal.tenant();
        Map<String, Object> project = Json.object("domain_id", tenant.id, "is_domain", false, "parent_id", tenant.id,
                "name", tenant.projectName, "description", "",
                "links", Json.object("next", null, "previous", null, "self", "/v3/projects/" + tenant.projectId),
                "id", tenant.projectId, "enabled", true);
        return Reply.ok(Json.object("projects", List.of(project),
                "links", Json.object("next", null, "previous", null, "self", "/v3/projects")));
    }
}
