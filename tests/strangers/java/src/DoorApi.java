import java.util.List;
import java.util.Map;
import java.util.Set;

/** The test door: stands in for the client SDK, so that people join rooms of any application and leave them. */
final class DoorApi {
    private static final Set<String> ROLES = Set.of("joiner", "publisher", "player");
    private static final String USER = "/_control/rooms/{app_id}/{room_id}/users/{user_id}";

    private final Store store;
    private final Seed seed;

    DoorApi(Store store, Seed seed) {
        this.store = store;
        this.seed = seed;
    }

    void register(Router router) {
        router.addOpen("PUT", USER, this::join);
        router.addOpen("DELETE", USER, this::leave);
    }

    /** The user is in the room, in that role, with those streams: joins, or changes. */
    private Reply join(Request request) {
        Store.App app = store.apps.get(request.path.get("app_id"));
        if (app == null || app.deleted) {
            throw ApiException.appNotExist();
        }
        Fields body = request.hasBody() ? request.json() : Fields.of(Map.of());
        String role = body.choice("role", ROLES, "joiner");
        List<?> streams = body.has("streams") ? body.list("streams") : List.of("AUDIO", "CAMERASTREAM");
        String roomId = request.path.get("room_id");
        String uid = request.path.get("user_id");
        Traffic.Room room = store.traffic.room(app.id, roomId);
        Traffic.Session session = room == null ? null : room.online(uid);
        if (session == null) {
            if (!app.active()) { // 5.6: nobody can join any more
                throw ApiException.appDeactivated();
            }
            session = seed.enter(app, roomId, uid);
        }
        session.role = role;
        session.media = streams.contains("CAMERASTREAM") ? "HD" : "AUDIO";
        session.sharing = streams.contains("SCREENSTREAM");
        return Reply.ok(Json.object("session", session.id));
    }

    private Reply leave(Request request) {
        Traffic.Room room = store.traffic.room(request.path.get("app_id"), request.path.get("room_id"));
        String uid = request.path.get("user_id");
        if (room == null || room.online(uid) == null) {
            throw ApiException.roomNotFound();
        }
        room.leave(Set.of(uid), Times.now());
        return Reply.empty(204);
    }
}
