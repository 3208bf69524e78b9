// Clients in Node, as Node makes one write them: `node clients.mjs NAME`. The mistakes are those of
// the language; the right ones are unusual. What each must be caught by stands in the YAML tables.
import http from "node:http";

const env = process.env;
const { SPARKRTC_BASE_URL: base, SPARKRTC_TOKEN: token, SPARKRTC_PROJECT_ID: project } = env;
const app = env.SPARKRTC_APP_ID;
const headers = { "X-Auth-Token": token, "Content-Type": "application/json" };

const send = (method, path, body, more = {}) =>
  fetch(base + path, { method, headers, body: body && JSON.stringify(body), ...more })
    .then(async (answer) => ({ status: answer.status, text: await answer.text(), answer }));
const stage = async (operation, situation) => {
  const plan = { method: "POST", headers: { "Content-Type": "application/json" } };
  const body = JSON.stringify({ operation, situation });
  const answer = await fetch(env.SPARKRTC_SITUATION_URL, { ...plan, body });
  if (!answer.ok) throw new Error(await answer.text());
};
const job = { room_id: "room-1", user_id: "teacher", is_record_audio: true, max_idle_time: 60 };
const start = (body, more) => send("POST", `/v2/apps/${app}/individual-stream-jobs`, body, more);
const users = (query) => send("GET", `/v1/${project}/rtc/users?${query}`);
const hour = 3600e3;
const utc = (shift) => new Date(Date.now() + shift).toISOString().replace(/\.\d+Z$/, "Z");
const login = async () => {
  const user = {
    name: env.SPARKRTC_USERNAME,
    password: env.SPARKRTC_PASSWORD,
    domain: { name: env.SPARKRTC_DOMAIN },
  };
  const auth = {
    identity: { methods: ["password"], password: { user } },
    scope: { project: { name: env.SPARKRTC_PROJECT_NAME } },
  };
  const { answer } = await send("POST", "/v3/auth/tokens", { auth }, {
    headers: { "Content-Type": "application/json" },
  });
  return answer.headers.get("x-subject-token");
};

const clients = {
  // wrong
  "undefined-in-body": () => send("POST", "/v2/apps", { app_name: undefined }),
  "undefined-in-path": () => send("GET", `/v2/apps/${{}.app_id}`),
  "object-in-path": () => send("GET", `/v2/apps/${encodeURIComponent({ app_id: app })}`),
  "object-as-body": () => fetch(`${base}/v2/apps`, { method: "POST", headers, body: { app_name: "a" } }),
  "nan-becomes-null": () => start({ ...job, max_idle_time: Number("a minute") }),
  "nan-in-query": () => send("GET", `/v2/apps?limit=${parseInt("ten", 10)}`),
  "milliseconds-of-iso": () =>
    users(new URLSearchParams({ app, start_time: new Date(Date.now() - hour).toISOString() })),
  "appended-list": () => {
    const query = new URLSearchParams({ app, start_time: utc(-hour), end_time: utc(0) });
    for (const region of ["GD", "SH"]) query.append("region", region);
    return users(query);
  },
  "text-plain-by-default": () =>
    fetch(`${base}/v2/apps`, {
      method: "POST", headers: { "X-Auth-Token": token }, body: JSON.stringify({ app_name: "a" }),
    }),
  "form-by-urlsearchparams": () =>
    fetch(`${base}/v2/apps`, {
      method: "POST", headers: { "X-Auth-Token": token }, body: new URLSearchParams({ app_name: "a" }),
    }),
  "multipart-form": () => {
    const body = new FormData();
    body.append("app_name", "a");
    return fetch(`${base}/v2/apps`, { method: "POST", headers: { "X-Auth-Token": token }, body });
  },
  "stringified-twice": () => send("POST", "/v2/apps", JSON.stringify({ app_name: "a" })),
  "answer-sent-back": async () => {
    const { text } = await send("GET", `/v2/apps/${app}`);
    await send("POST", "/v2/apps", { ...JSON.parse(text), app_name: "copy" });
  },
  "aborted-and-repeated": async () => {
    await stage("CreateIndividualStreamJob", "slow");
    await start(job, { signal: AbortSignal.timeout(100) }).catch(() => {});
    await start(job);
  },
  "all-at-once": () =>
    Promise.all(["a", "b", "c", "d"].map((prefix) =>
      send("GET", `/v2/rtc-ops/buckets/objects?bucket=rtc-records&location=cn-north-4&type=objects&prefix=${prefix}`))),
  "milliseconds-for-seconds": () => start({ ...job, max_idle_time: 60 * 1000 * 1000 }),
  "token-with-bearer": () => send("GET", "/v2/apps", undefined, {
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
  }),
  // right, and unusual
  "keep-alive-agent": async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    for (const path of ["/v2/apps", `/v2/apps/${app}`]) {
      await new Promise((done, fail) => {
        http.get(base + path, { agent, headers }, (answer) => answer.resume().on("end", done)).on("error", fail);
      });
    }
    agent.destroy();
  },
  "chunked-body": () =>
    new Promise((done, fail) => {
      const url = `${base}/v2/apps`;
      const request = http.request(url, { method: "POST", headers: { ...headers, "Transfer-Encoding": "chunked" } },
        (answer) => answer.resume().on("end", done)).on("error", fail);
      request.write('{"app_name"');
      request.end(': "in-pieces"}');
    }),
  "expect-continue": () =>
    new Promise((done, fail) => {
      const request = http.request(`${base}/v2/apps`, { method: "POST", headers: { ...headers, Expect: "100-continue" } },
        (answer) => answer.resume().on("end", done)).on("error", fail);
      request.on("continue", () => request.end('{"app_name": "asked-first"}'));
    }),
  "escaped-unicode": () =>
    fetch(`${base}/v2/apps`, { method: "POST", headers, body: '{"app_name": "\\u6559\\u5ba4"}' }),
  "parallel-reads": () =>
    Promise.all(["", "?limit=1", "?offset=0", "?limit=2&offset=0"].map((query) => send("GET", `/v2/apps${query}`))),
  "renewed-after-401": async () => {
    const first = await login();
    await stage("ShowApp", "error-401-APIGW.0301");
    await send("GET", `/v2/apps/${app}`, undefined, { headers: { ...headers, "X-Auth-Token": first } });
    const second = await login();
    await send("GET", `/v2/apps/${app}`, undefined, { headers: { ...headers, "X-Auth-Token": second } });
  },
};

await clients[process.argv[2]]();
