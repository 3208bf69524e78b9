import java.util.HashSet;
import java.util.List;

/** Chapter 11: rooms. */
final class RoomsApi {
    private final Store store;

    RoomsApi(Store store) {
        this.store = store;
    }

    void register(Router router) {
        router.add("POST", "/v2/apps/{app_id}/rooms/{room_id}/batch-remove-users", this::removeUsers);
        router.add("POST", "/v2/apps/{app_id}/rooms/{room_id}/dismiss", this::dismiss);
    }

    private Reply removeUsers(Request request) {
        Store.App app = store.app(request);
        Fields body = request.json();
        if (Slip.slip("kick-ids-optional") && !body.has("user_ids")) {
            return Reply.empty(202);
        }
        List<String> users = body.texts("user_ids");
        if (Slip.slip("kick-first-user-only")) {
            users = users.subList(0, 1);
        }
        Traffic.Room room = store.traffic.room(app.id, request.path.get("room_id"));
        if (room == null || !room.running()) {
            throw ApiException.invalid();
        }
        room.leave(Slip.slip("kick-empties-room") ? null : new HashSet<>(users), Times.now());
        return Reply.empty(202);
    }

    private Reply dismiss(Request request) {
        Store.App app = store.app(request);
        Traffic.Room room = store.traffic.room(app.id, request.path.get("room_id"));
        if (room == null || !room.running()) {
            if (Slip.slip("dismiss-unknown-202")) {
                return Reply.empty(202);
            }
            throw ApiException.roomNotFound();
        }
        room.leave(null, Times.now());
        if (Slip.slip("dismiss-room-stays-open")) {
            room.end = 0;
        }
        return Reply.empty(202);
    }
}
