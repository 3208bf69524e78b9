import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Typed access to the members of a JSON object with the error codes of 14.2. A null member counts as not carried. */
final class Fields {
    private final Map<String, Object> map;

    private Fields(Map<String, Object> map) {
        this.map = map;
    }

    static Fields of(Map<?, ?> source) {
        Map<String, Object> copy = new LinkedHashMap<>();
        source.forEach((k, v) -> copy.put((String) k, v));
        return new Fields(copy);
    }

    boolean has(String name) {
        return map.get(name) != null;
    }

    Object raw(String name) {
        return map.get(name);
    }

    private Object need(String name) {
        Object value = map.get(name);
        if (value == null) {
            throw ApiException.missing();
        }
        return value;
    }

    /** Required, not empty. */
    String text(String name) {
        if (need(name) instanceof String s && !s.isBlank()) {
            return s;
        }
        throw ApiException.invalid();
    }

    String text(String name, String fallback) {
        if (!has(name)) {
            return fallback;
        }
        if (map.get(name) instanceof String s) {
            return s;
        }
        throw ApiException.invalid();
    }

    String choice(String name, Set<String> allowed) {
        String value = text(name);
        if (!allowed.contains(value)) {
            throw ApiException.invalid();
        }
        return value;
    }

    String choice(String name, Set<String> allowed, String fallback) {
        return has(name) ? choice(name, allowed) : fallback;
    }

    int integer(String name, int min, int max) {
        if (need(name) instanceof Long n && n >= min && n <= max) {
            return n.intValue();
        }
        throw ApiException.invalid();
    }

    int integer(String name, int min, int max, int fallback) {
        return has(name) ? integer(name, min, max) : fallback;
    }

    Number decimal(String name, double min, double max) {
        if (map.get(name) instanceof Number n && n.doubleValue() >= min && n.doubleValue() <= max) {
            return n;
        }
        throw ApiException.invalid();
    }

    boolean bool(String name, boolean fallback) {
        if (!has(name)) {
            return fallback;
        }
        if (map.get(name) instanceof Boolean b) {
            return b;
        }
        throw ApiException.invalid();
    }

    Fields object(String name) {
        if (need(name) instanceof Map<?, ?> child) {
            return of(child);
        }
        throw ApiException.invalid();
    }

    List<?> list(String name) {
        if (need(name) instanceof List<?> items) {
            return items;
        }
        throw ApiException.invalid();
    }

    List<String> texts(String name) {
        List<String> result = new ArrayList<>();
        for (Object item : list(name)) {
            if (!(item instanceof String s) || s.isBlank()) {
                throw ApiException.invalid();
            }
            result.add(s);
        }
        if (result.isEmpty()) {
            throw ApiException.invalid();
        }
        return result;
    }

    List<Fields> objects(String name) {
        List<Fields> result = new ArrayList<>();
        for (Object item : list(name)) {
            if (!(item instanceof Map<?, ?> child)) {
                throw ApiException.invalid();
            }
            result.add(of(child));
        }
        return result;
    }
}
