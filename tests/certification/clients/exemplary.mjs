// A test suite for Node: `node --test` style, with fetch; one wrong request with "--wrong".
import assert from "node:assert/strict";
import test from "node:test";

const { SPARKRTC_BASE_URL: base, SPARKRTC_TOKEN: token, SPARKRTC_PROJECT_ID: project } = process.env;
const headers = { "X-Auth-Token": token, "Content-Type": "application/json" };

const call = async (method, path, body) => {
  const answer = await fetch(base + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : null;
};

test("an application lives and dies", async () => {
  const { app_id: app } = await call("POST", "/v2/apps", { app_name: "from-node" });
  assert.equal((await call("GET", `/v2/apps/${app}`)).app_id, app);
  await call("DELETE", `/v2/apps/${app}`);
});

test("rooms are listed", async () => {
  const query = new URLSearchParams({ app: process.env.SPARKRTC_APP_ID, limit: "10" });
  const { room_info_list: rooms } = await call("GET", `/v1/${project}/rtc/rooms?${query}`);
  assert.ok(Array.isArray(rooms));
});

if (process.env.WRONG) {
  test("a number where the document has text", async () => {
    const body = JSON.stringify({ app_name: 7 });
    const answer = await fetch(`${base}/v2/apps`, { method: "POST", headers, body });
    assert.equal(answer.status, 400);
  });
}
