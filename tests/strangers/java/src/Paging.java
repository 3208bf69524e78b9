import java.util.List;

/** offset / limit. In chapters 5 and 6 offset is a page number, in chapter 13 a number of rows. */
final class Paging {
    private static final int MAX_LIMIT = 100;

    private Paging() {
    }

    static <T> List<T> page(Request request, List<T> items) {
        long limit = number(request.param("limit"), MAX_LIMIT);
        long page = number(request.param("offset"), 0);
        if (limit < 1 || limit > MAX_LIMIT || page < 0) {
            throw ApiException.invalid();
        }
        boolean rows = Slip.slip("app-list-offset-in-rows") && request.rawPath.equals("/v2/apps");
        if (Slip.slip("rule-list-offset-ignored") && request.rawPath.endsWith("/record-rules")) {
            page = 0;
        }
        return slice(items, rows ? page : page * limit, limit);
    }

    static <T> List<T> slice(List<T> items, long from, long count) {
        int start = (int) Math.min(Math.max(from, 0), items.size());
        int end = (int) Math.min(start + count, items.size());
        return items.subList(start, end);
    }

    private static long number(String text, long fallback) {
        if (text == null) {
            return fallback;
        }
        if (!text.matches("-?\\d{1,9}")) {
            throw ApiException.invalid();
        }
        return Long.parseLong(text);
    }
}
