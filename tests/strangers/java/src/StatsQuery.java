import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Reads and checks the query parameters of chapter 13. */
final class StatsQuery {
    private final Request request;
    private final Function<String, ApiException> error;
    final Store.App app;

    private StatsQuery(Request request, Store store, String appParam, Function<String, ApiException> error,
                       String missingApp) {
        this.request = request;
        this.error = error;
        String project = request.path.get("project_id");
        if (project != null && !project.equals(request.principal.projectId())) {
            throw ApiException.noPermission();
        }
        String id = request.param(appParam);
        if (id == null || id.isBlank()) {
            throw error.apply(missingApp);
        }
        boolean anyTenant = project == null && request.rawPath.endsWith("/abnormal-events")
                && Slip.slip("abnormal-events-any-tenant");
        app = anyTenant ? store.apps.get(id) : store.findApp(request.principal, id);
        if (app == null) {
            throw error.apply("Invalid request parameter: " + appParam);
        }
    }

    /** 13.1 - 13.10, 13.13 and 13.14; the application is named "app", in 13.10 "app_id". */
    static StatsQuery data(Request request, Store store, String appParam) {
        return new StatsQuery(request, store, appParam, ApiException::data,
                "Required String parameter '" + appParam + "' is not present");
    }

    /** 13.11 and 13.12. */
    static StatsQuery client(Request request, Store store) {
        return new StatsQuery(request, store, "app_id", ApiException::client, "need app_id room_id args");
    }

    ApiException bad(String name) {
        return error.apply("Invalid request parameter: " + name);
    }

    /** Optional; an empty value counts as not given. */
    String text(String name) {
        String value = request.param(name);
        return value == null || value.isEmpty() ? null : value;
    }

    String required(String name) {
        String value = text(name);
        if (value == null) {
            throw error.apply("Required String parameter '" + name + "' is not present");
        }
        return value;
    }

    String choice(String name, Set<String> allowed) {
        String value = required(name);
        if (!allowed.contains(value)) {
            throw bad(name);
        }
        return value;
    }

    String choice(String name, Set<String> allowed, String fallback) {
        return text(name) == null ? fallback : choice(name, allowed);
    }

    /** An Array parameter: comma separated, repeated, or both. Null when not given. */
    List<String> texts(String name) {
        if (text(name) == null) {
            return null;
        }
        List<String> values = new ArrayList<>();
        for (String part : request.query.get(name)) {
            for (String value : part.split(",")) {
                if (!value.isBlank()) {
                    values.add(value.trim());
                }
            }
        }
        return values.isEmpty() ? null : values;
    }

    List<String> choices(String name, Set<String> allowed) {
        required(name);
        List<String> values = texts(name);
        if (values == null || !allowed.containsAll(values)) {
            throw bad(name);
        }
        return values;
    }

    long number(String name, long min, long fallback) {
        String value = text(name);
        if (value == null) {
            return fallback;
        }
        if (!value.matches("\\d{1,9}") || Long.parseLong(value) < min) {
            throw bad(name);
        }
        return Long.parseLong(value);
    }

    record Window(long start, long end) {
        boolean contains(long time) {
            return start <= time && time <= end;
        }
    }

    /** start_time / end_time; by default the last hour. */
    Window window(long maxSpan) {
        Long end = time("end_time");
        Long start = time("start_time");
        long to = end == null ? Times.now() : end;
        return checked(start == null ? to - Times.HOUR : start, to, maxSpan);
    }

    /** The same where both are required. */
    Window requiredWindow(long maxSpan) {
        required("start_time");
        required("end_time");
        return checked(time("start_time"), time("end_time"), maxSpan);
    }

    private Window checked(long start, long end, long maxSpan) {
        if (start > end) {
            throw bad("start_time");
        }
        if (end - start > maxSpan) {
            throw bad("end_time");
        }
        return new Window(start, end);
    }

    Long time(String name) {
        String value = text(name);
        if (value == null) {
            return null;
        }
        Long time = Times.parseSeconds(value);
        if (time == null) {
            throw bad(name);
        }
        return time;
    }

    /** Refuses a start that is older than the service keeps. */
    void notOlderThan(Window window, long age) {
        if (window.start() < Times.now() - age - Times.MINUTE) {
            throw bad("start_time");
        }
    }

    LocalDate date(String name) {
        String value = text(name);
        if (value == null) {
            return null;
        }
        LocalDate date = Times.parseDate(value);
        if (date == null) {
            throw bad(name);
        }
        return date;
    }
}
