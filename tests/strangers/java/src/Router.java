import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Maps method and path to a handler; "{name}" matches one path segment. */
final class Router {
    private record Route(String method, String[] segments, Function<Request, Reply> handler, boolean open) {
    }

    private final List<Route> routes = new ArrayList<>();

    void add(String method, String pattern, Function<Request, Reply> handler) {
        routes.add(new Route(method, pattern.split("/"), handler, false));
    }

    /** A route that needs no authentication. */
    void addOpen(String method, String pattern, Function<Request, Reply> handler) {
        routes.add(new Route(method, pattern.split("/"), handler, true));
    }

    Reply dispatch(Request request, Auth auth, Store store) {
        String[] segments = request.rawPath.split("/");
        boolean pathKnown = false;
        for (Route route : routes) {
            Map<String, String> values = match(route.segments, segments);
            if (values == null) {
                continue;
            }
            pathKnown = true;
            if (!route.method.equals(request.method)) {
                continue;
            }
            request.path.putAll(values);
            if (!route.open) {
                request.principal = auth.authenticate(request);
                if (request.principal.projectId() == null && !request.rawPath.startsWith("/v3/")) {
                    throw ApiException.noDomain();
                }
            }
            synchronized (store) {
                return route.handler.apply(request);
            }
        }
        if (pathKnown) {
            return Reply.error(405, "APIGW.0101", "Method Not Allowed");
        }
        return Reply.error(404, "APIGW.0101", "The API does not exist or has not been published in the environment");
    }

    private static Map<String, String> match(String[] pattern, String[] segments) {
        if (pattern.length != segments.length) {
            return null;
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < pattern.length; i++) {
            if (pattern[i].startsWith("{") && !segments[i].isEmpty()) {
                values.put(pattern[i].substring(1, pattern[i].length() - 1), decode(segments[i], false));
            } else if (!pattern[i].equals(segments[i])) {
                return null;
            }
        }
        return values;
    }

    static Map<String, List<String>> parseQuery(String raw) {
        Map<String, List<String>> query = new LinkedHashMap<>();
        if (raw == null) {
            return query;
        }
        for (String pair : raw.split("&")) {
            if (pair.isEmpty()) {
                continue;
            }
            int eq = pair.indexOf('=');
            String name = decode(eq < 0 ? pair : pair.substring(0, eq), true);
            String value = eq < 0 ? "" : decode(pair.substring(eq + 1), true);
            query.computeIfAbsent(name, k -> new ArrayList<>()).add(value);
        }
        return query;
    }

    static String decode(String text, boolean plusIsSpace) {
        try {
            return URLDecoder.decode(plusIsSpace ? text : text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ApiException.invalid();
        }
    }
}
