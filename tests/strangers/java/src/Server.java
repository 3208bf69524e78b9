import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

/** Emulator of the SparkRTC server API (document 2023-11-28). */
public final class Server {
    private final Auth auth = new Auth();
    private final Store store = new Store();
    private final Router router = new Router();

    public static void main(String[] args) throws IOException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        String port = System.getenv().getOrDefault("PORT", "0");
        new Server().start(Integer.parseInt(port.trim()));
    }

    private void start(int port) throws IOException {
        Auth.Tenant first = new Auth.Tenant("hwstaff_pub_videortc", "rtc_admin", "Passw0rd!rtc", "cn-north-4");
        Auth.Tenant second = new Auth.Tenant("other_company", "other_admin", "Passw0rd!other", "cn-east-3");
        auth.tenants.addAll(List.of(first, second));
        Seed seed = new Seed(store);
        Store.App app = seed.fill(first, second);
        register();
        new DoorApi(store, seed).register(router);

        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 256);
        http.createContext("/", this::handle);
        http.setExecutor(Executors.newCachedThreadPool());
        http.start();
        System.out.println(Json.write(announcement(first, second, app, http.getAddress().getPort())));
        System.out.flush();
    }

    private void register() {
        Jobs jobs = new Jobs(store);
        router.addOpen("POST", "/v3/auth/tokens", auth::createToken);
        router.add("GET", "/v3/projects", auth::listProjects);
        router.add("GET", "/v3/auth/projects", auth::listProjects);
        new AppsApi(store, jobs).register(router);
        new RulesApi(store, jobs).register(router);
        new MixJobsApi(store, jobs).register(router);
        new SingleJobsApi(store, jobs).register(router);
        new RoomsApi(store).register(router);
        new BucketsApi(store).register(router);
        new ListStats(store).register(router);
        new RealtimeStats(store).register(router);
        new HistoryStats(store, jobs).register(router);
        new ClientStats(store).register(router);
    }

    private Map<String, Object> announcement(Auth.Tenant first, Auth.Tenant second, Store.App app, int port) {
        Traffic.Room room = null;
        for (Traffic.Room candidate : store.traffic.rooms(app.id, null)) {
            if (candidate.running() && (room == null || candidate.sessions.size() > room.sessions.size())) {
                room = candidate;
            }
        }
        String base = "http://127.0.0.1:" + port;
        return Json.object(
                "base_url", base, "identity_url", base,
                "project_id", first.projectId,
                "token", auth.issue(first, first.projectId, Times.now()).value(),
                "user", first.user, "password", first.password, "domain", first.domain,
                "ak", first.ak, "sk", first.sk,
                "app_id", app.id,
                "bucket", store.bucketsOf(first).keySet().iterator().next(),
                "room_id", room.id,
                "user_id", room.sessions.get(0).uid,
                "second_project_id", second.projectId,
                "second_token", auth.issue(second, second.projectId, Times.now()).value(),
                "expired_token", auth.issue(first, first.projectId, Times.now() - Auth.TOKEN_LIFE - Times.HOUR).value(),
                "project_name", first.projectName);
    }

    private void handle(HttpExchange exchange) throws IOException {
        Reply reply;
        try {
            reply = router.dispatch(read(exchange), auth, store);
        } catch (ApiException e) {
            reply = Reply.error(e.status, e.code, e.getMessage());
        } catch (RuntimeException | StackOverflowError e) {
            e.printStackTrace();
            ApiException internal = ApiException.internal();
            reply = Reply.error(internal.status, internal.code, internal.getMessage());
        }
        try (exchange) {
            send(exchange, reply);
        }
    }

    private static Request read(HttpExchange exchange) throws IOException {
        Map<String, List<String>> headers = new HashMap<>();
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name.toLowerCase(), values));
        byte[] body = exchange.getRequestBody().readAllBytes();
        String path = exchange.getRequestURI().getRawPath();
        String query = exchange.getRequestURI().getRawQuery();
        return new Request(exchange.getRequestMethod(), path == null ? "/" : path, query, headers, body,
                Router.parseQuery(query));
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        if (reply.status < 400 || !Slip.slip("request-id-missing-on-errors")) {
            exchange.getResponseHeaders().set("X-Request-Id", Store.newId());
        }
        reply.headers.forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
        if (reply.body == null || exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(reply.status, -1);
            return;
        }
        byte[] bytes = Json.write(reply.body).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(reply.status, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }
}
