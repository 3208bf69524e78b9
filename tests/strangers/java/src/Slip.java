import java.util.HashSet;
import java.util.Set;

/** Deliberate mistakes, each switched on by its name in the environment variable SLIP (comma separated). */
final class Slip {
    private static final Set<String> ACTIVE = new HashSet<>();

    static {
        String names = System.getenv("SLIP");
        if (names != null) {
            for (String name : names.split(",")) {
                if (!name.isBlank()) {
                    ACTIVE.add(name.trim());
                }
            }
        }
    }

    private Slip() {
    }

    static boolean slip(String name) {
        return ACTIVE.contains(name);
    }
}
