import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;

/** The Java client of openapi-generator (library native), as a driver: {@code … API_CLASS...}. */
public final class Driver {
  private static final ApiClient CLIENT = new ApiClient();
  private static final ObjectMapper MAPPER = CLIENT.getObjectMapper();
  private static final List<Object> APIS = new ArrayList<>();

  public static void main(String[] names) throws Exception {
    CLIENT.updateBaseUri(System.getenv("SPARKRTC_BASE_URL"));
    // This library takes no API key of a scheme. The document asks for the media type of requests
    // without a body too; OpenAPI has no place for it.
    CLIENT.setRequestInterceptor(
        request ->
            request
                .setHeader("X-Auth-Token", System.getenv("SPARKRTC_TOKEN"))
                .setHeader("Content-Type", "application/json"));
    for (String name : names) {
      Class<?> api = Class.forName("org.openapitools.client.api." + name);
      APIS.add(api.getConstructor(ApiClient.class).newInstance(CLIENT));
    }
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      JsonNode asked = MAPPER.readTree(line);
      ObjectNode reply = reply(asked.get("op").asText(), asked.get("arguments"));
      reply.set("id", asked.get("id"));
      System.out.write((MAPPER.writeValueAsString(reply) + "\n").getBytes("UTF-8"));
      System.out.flush();
    }
  }

  private static ObjectNode reply(String operation, JsonNode arguments) {
    ObjectNode reply = MAPPER.createObjectNode();
    String name = operation.substring(0, 1).toLowerCase(Locale.ROOT) + operation.substring(1);
    for (Object api : APIS) {
      Method method =
          Stream.of(api.getClass().getMethods())
              .filter(one -> one.getName().equals(name))
              .min(Comparator.comparing(Method::getParameterCount))
              .orElse(null);
      if (method == null) {
        continue;
      }
      try {
        Object answer = method.invoke(api, given(method, arguments));
        reply.set("understood", MAPPER.valueToTree(answer));
      } catch (InvocationTargetException thrown) {
        explain(reply, thrown.getCause());
      } catch (Exception error) {
        reply.put("failure", error.toString());
      }
      return reply;
    }
    return reply.put("unsupported", true);
  }

  private static void explain(ObjectNode reply, Throwable error) {
    if (!(error instanceof ApiException) || ((ApiException) error).getCode() < 400) {
      reply.put("failure", String.valueOf(error));
      return;
    }
    ApiException refused = (ApiException) error;
    ObjectNode said = reply.putObject("error").put("status", refused.getCode());
    try {
      JsonNode body = MAPPER.readTree(refused.getResponseBody());
      said.put("error_code", body.path("error_code").asText(null));
    } catch (Exception unreadable) {
      said.putNull("error_code");
    }
  }

  /** Arguments in the order of the parameters, each converted to its type. */
  private static Object[] given(Method method, JsonNode arguments) {
    List<Object> values = new ArrayList<>();
    for (Parameter parameter : method.getParameters()) {
      JsonNode value = find(parameter.getName(), arguments);
      values.add(
          value == null
              ? null
              : MAPPER.convertValue(
                  value,
                  MAPPER.getTypeFactory().constructType(parameter.getParameterizedType())));
    }
    return values.toArray();
  }

  private static JsonNode find(String parameter, JsonNode arguments) {
    for (String place : new String[] {"path", "query"}) {
      var fields = arguments.get(place).fields();
      while (fields.hasNext()) {
        var field = fields.next();
        if (field.getKey().replace("_", "").equalsIgnoreCase(parameter.replace("_", ""))) {
          return field.getValue();
        }
      }
    }
    boolean body = parameter.endsWith("Req") || parameter.endsWith("Request");
    return body && !arguments.get("body").isNull() ? arguments.get("body") : null;
  }
}
