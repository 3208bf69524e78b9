// Clients in TypeScript, compiled, as a driver: `… KIND BUILD OPERATIONS.json`.
const { readFileSync } = require("node:fs");
const readline = require("node:readline");

const [kind, build, listing] = process.argv.slice(2);
const operations = JSON.parse(readFileSync(listing, "utf8"));
const base = process.env.SPARKRTC_BASE_URL;
const token = process.env.SPARKRTC_TOKEN;
// The document asks for it of requests without a body too; OpenAPI has no place for it.
const media = { "Content-Type": "application/json" };
const lower = (name) => name[0].toLowerCase() + name.slice(1);
const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());

const clients = {
  // openapi-generator, typescript-fetch
  fetch() {
    const made = require(build);
    const configuration = new made.Configuration({ basePath: base, apiKey: token, headers: media });
    const apis = Object.keys(made)
      .filter((name) => name.endsWith("Api"))
      .map((name) => new made[name](configuration));
    return async (op, { path, query, body }) => {
      const api = apis.find((one) => one[lower(op)]);
      if (!api) return { unsupported: true };
      const schema = operations[op].body;
      const given = { ...path, ...query, ...(body === null ? {} : { [lower(schema)]: body, [schema]: body }) };
      try {
        return { understood: (await api[lower(op)](given)) ?? null };
      } catch (error) {
        return error.response ? refused(error.response.status, await text(error.response)) : failed(error);
      }
    };
  },
  // @hey-api/openapi-ts
  hey() {
    const made = require(build);
    const { client } = require(build + "/client.gen");
    client.setConfig({ baseUrl: base, auth: () => token });
    // Headers that are set there are taken out again where there is no body.
    client.interceptors.request.use((request) => {
      request.headers.set("Content-Type", media["Content-Type"]);
      return request;
    });
    return async (op, { path, query, body }) => {
      if (!made[lower(op)]) return { unsupported: true };
      const given = { path, query, ...(body === null ? {} : { body }) };
      const { data, error, response } = await made[lower(op)](given);
      if (!response) return failed(error);
      if (response.ok) return error === undefined ? { understood: empty(data) } : failed(error);
      return refused(response.status, error);
    };
  },
  // orval, client fetch: it has no place for a server or credentials but the call itself
  orval() {
    const made = require(build);
    const plain = globalThis.fetch;
    globalThis.fetch = (url, options) =>
      plain(new URL(new URL(url, base).pathname + new URL(url, base).search, base), {
        ...options,
        headers: { ...media, ...options?.headers, "X-Auth-Token": token },
      });
    return async (op, { path, query, body }) => {
      const call = made[lower(op)];
      if (!call) return { unsupported: true };
      const named = Object.fromEntries(Object.entries(path).map(([name, value]) => [camel(name), value]));
      const parameters = /\(([^)]*)\)/.exec(call.toString())[1].split(",").map((name) => name.trim());
      const given = parameters.map((name) =>
        name in named ? named[name] : name === "params" ? query : name === "options" ? undefined : body,
      );
      const { status, data } = await call(...given);
      return status < 300 ? { understood: empty(data) } : refused(status, data);
    };
  },
  // openapi-fetch with the types of openapi-typescript
  openapi() {
    const { default: create } = require("openapi-fetch");
    const client = create({
      baseUrl: base,
      headers: { ...media, "X-Auth-Token": token },
      // Types do not say how lists are written.
      querySerializer: { array: { style: "form", explode: false } },
    });
    return async (op, { path, query, body }) => {
      const { method, path: template } = operations[op];
      const given = { params: { path, query }, ...(body === null ? {} : { body }) };
      const { data, error, response } = await client[method](template, given);
      return response.ok ? { understood: empty(data) } : refused(response.status, error);
    };
  },
};

const failed = (error) => ({ failure: String(error?.message ?? error) });
const empty = (data) => (data === undefined || (data && Object.keys(data).length === 0) ? null : data);

async function text(response) {
  const said = await response.text();
  try {
    return JSON.parse(said);
  } catch {
    return said;
  }
}

function refused(status, body) {
  const code = body && typeof body === "object" ? (body.error_code ?? null) : null;
  return { error: { status, error_code: code } };
}

async function main() {
  const call = clients[kind]();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { id, op, arguments: given } = JSON.parse(line);
    const told = await call(op, { ...given, query: given.query ?? {} }).catch(failed);
    process.stdout.write(JSON.stringify({ id, ...told }) + "\n");
  }
}

main();
