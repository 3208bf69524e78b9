import java.util.LinkedHashMap;
import java.util.Map;

/** A response: status, optional JSON body and extra headers. */
final class Reply {
    final int status;
    final Object body;
    final Map<String, String> headers = new LinkedHashMap<>();

    private Reply(int status, Object body) {
        this.status = status;
        this.body = body;
    }

    static Reply of(int status, Object body) {
        return new Reply(status, body);
    }

    static Reply ok(Object body) {
        return new Reply(200, body);
    }

    static Reply created(Object body) {
        return new Reply(201, body);
    }

    static Reply empty(int status) {
        return new Reply(status, null);
    }

    static Reply error(int status, String code, String message) {
        return new Reply(status, Json.object("error_code", code, "error_msg", message));
    }

    Reply with(String name, String value) {
        headers.put(name, value);
        return this;
    }
}
