import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A parsed request. Path parameters are filled in by the router, the principal by the authenticator. */
final class Request {
    final String method;
    final String rawPath;
    final String rawQuery;
    final Map<String, List<String>> headers;
    final byte[] body;
    final Map<String, List<String>> query;
    final Map<String, String> path = new LinkedHashMap<>();
    Auth.Principal principal;

    Request(String method, String rawPath, String rawQuery, Map<String, List<String>> headers, byte[] body,
            Map<String, List<String>> query) {
        this.method = method;
        this.rawPath = rawPath;
        this.rawQuery = rawQuery;
        this.headers = headers;
        this.body = body;
        this.query = query;
    }

    String header(String name) {
        List<String> values = headers.get(name.toLowerCase());
        return values == null || values.isEmpty() ? null : values.get(0);
    }

    /** First value of a query parameter, null when absent. */
    String param(String name) {
        List<String> values = query.get(name);
        return values == null ? null : values.get(0);
    }

    boolean hasBody() {
        for (byte b : body) {
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return true;
            }
        }
        return false;
    }

    /** The body as a JSON object. */
    Fields json() {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
        } catch (CharacterCodingException e) {
            throw ApiException.malformedBody();
        }
        try {
            Object value = Json.parse(text);
            if (value instanceof Map<?, ?> map) {
                return Fields.of(map);
            }
        } catch (Json.ParseException e) {
            // reported below
        }
        throw ApiException.malformedBody();
    }
}
