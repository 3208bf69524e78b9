import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Chapter 12: OBS buckets. */
final class BucketsApi {
    private static final Set<String> LOCATIONS =
            Set.of("cn-north-4", "cn-north-1", "cn-north-5", "cn-north-6", "cn-south-1", "cn-east-2");
    private static final Set<String> TYPES = Set.of("folders", "objects");

    private final Store store;

    BucketsApi(Store store) {
        this.store = store;
    }

    void register(Router router) {
        router.add("GET", "/v2/rtc-ops/buckets", this::list);
        router.add("GET", "/v2/rtc-ops/buckets/objects", this::objects);
        router.add("PUT", "/v2/rtc-ops/buckets/authentication", this::authorize);
    }

    private final Map<Store.Bucket, Boolean> flagCache = new HashMap<>();

    private Reply list(Request request) {
        List<Object> buckets = new ArrayList<>();
        for (Store.Bucket bucket : store.bucketsOf(request.principal.tenant()).values()) {
            boolean authorized = Slip.slip("bucket-flag-cached")
                    ? flagCache.computeIfAbsent(bucket, b -> b.authorized) : bucket.authorized;
            buckets.add(Json.object("bucket", bucket.name, "location", bucket.location,
                    "creation_date", Times.obs(bucket.created), "is_authorized",
                    Slip.slip("bucket-flag-as-text") ? String.valueOf(authorized) : authorized));
        }
        return Reply.ok(Json.object("count", buckets.size(), "buckets", buckets));
    }

    private Reply objects(Request request) {
        String name = required(request, "bucket");
        boolean typed = request.param("type") != null || !Slip.slip("objects-type-optional");
        String type = typed ? required(request, "type") : "objects";
        String location = required(request, "location");
        String prefix = request.param("prefix") == null ? "" : request.param("prefix");
        if (!TYPES.contains(type) || !LOCATIONS.contains(location)) {
            throw ApiException.invalid();
        }
        Store.Bucket bucket = store.bucket(request.principal.tenant(), name, location);
        List<Object> found = type.equals("folders") ? folders(bucket, prefix) : files(bucket, prefix);
        return Reply.ok(Json.object("count", found.size(), "objects", found));
    }

    private static String required(Request request, String name) {
        String value = request.param(name);
        if (value == null || value.isBlank()) {
            throw ApiException.missing();
        }
        return value;
    }

    private List<Object> files(Store.Bucket bucket, String prefix) {
        List<Object> found = new ArrayList<>();
        for (Store.ObsFile file : bucket.files) {
            boolean anywhere = Slip.slip("objects-prefix-anywhere") && file.name().contains(prefix);
            if (file.name().startsWith(prefix) || anywhere) {
                found.add(describe(file.name(), kilobytes(file.bytes()), file.modified()));
            }
        }
        return found;
    }

    /** The folders directly below the prefix. */
    private List<Object> folders(Store.Bucket bucket, String prefix) {
        Map<String, Long> modified = new LinkedHashMap<>();
        for (Store.ObsFile file : bucket.files) {
            if (!file.name().startsWith(prefix)) {
                continue;
            }
            int slash = file.name().indexOf('/', prefix.length());
            if (slash >= 0) {
                modified.merge(file.name().substring(0, slash + 1), file.modified(), Math::max);
            }
        }
        List<Object> found = new ArrayList<>();
        modified.forEach((folder, time) -> found.add(describe(folder, 0, time)));
        return found;
    }

    private static long kilobytes(long bytes) {
        return Slip.slip("objects-size-in-bytes") ? bytes : (bytes + 1023) / 1024;
    }

    private static Map<String, Object> describe(String name, long size, long modified) {
        return Json.object("file_name", name, "size", size, "last_modified", Times.obs(modified));
    }

    private Reply authorize(Request request) {
        Fields body = request.json();
        String name = body.text("bucket");
        int operation = body.integer("operation", 0, 1);
        if (Slip.slip("bucket-location-optional") && !body.has("location")) {
            return Reply.empty(200);
        }
        String location = body.choice("location", LOCATIONS);
        body.text("project_id", "");
        Store.Bucket bucket = store.bucket(request.principal.tenant(), name, location);
        if (operation == 1 || !Slip.slip("bucket-revoke-ignored")) {
            bucket.authorized = operation == 1;
        }
        return Reply.empty(200);
    }
}
