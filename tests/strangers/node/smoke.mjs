// Exercises every operation once or more. Run: node smoke.mjs
import { createServer } from 'node:http';
import {
  client, day, mixBody, qs, ruleBody, signedHeaders, sleep, startServer, time,
} from './testkit.mjs';

const env = await startServer();
const call = client(env);
const other = client(env, env.second_token);
let failures = 0;
function check(name, actual, expected) {
  const ok = JSON.stringify(actual) === JSON.stringify(expected);
  if (!ok) { failures++; console.log(`FAIL ${name}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`); }
}
const answer = (name, res, status, code) => check(name, code ? [res.status, res.code] : res.status, code ? [status, code] : status);

// 3.2
const login = (password, scope) => call('POST', '/v3/auth/tokens', { auth: { identity: { methods: ['password'],
  password: { user: { name: env.user, password, domain: { name: env.domain } } } }, scope } }, { headers: { 'X-Auth-Token': null } });
let r = await login(env.password, { project: { name: env.project_name } });
answer('token', r, 201);
answer('new token works', await client(env, r.headers.get('x-subject-token'))('GET', '/v2/apps'), 200);
answer('wrong password', await login('nope', { project: { name: env.project_name } }), 401);
r = await login(env.password);
answer('unscoped token', await client(env, r.headers.get('x-subject-token'))('GET', '/v2/apps'), 400, 'RTC.00001001');
answer('expired', await client(env, env.expired_token)('GET', '/v2/apps'), 401, 'APIGW.0301');
answer('no token', await call('GET', '/v2/apps', undefined, { headers: { 'X-Auth-Token': null } }), 401);
answer('projects', r = await call('GET', '/v3/projects'), 200);
check('project id', r.body.projects[0].id, env.project_id);
answer('aksk', await call('GET', '/v2/apps?limit=2&offset=0', undefined, { headers: signedHeaders(env, 'GET', '/v2/apps?limit=2&offset=0') }), 200);
answer('aksk bad', await call('GET', '/v2/apps', undefined, { headers: signedHeaders(env, 'GET', '/v2/apps', '', { sk: 'x' }) }), 401);
answer('aksk no project', await call('GET', '/v2/apps', undefined, { headers: signedHeaders(env, 'GET', '/v2/apps', '', { project: '' }) }), 400, 'RTC.00001005');
const signedApp = JSON.stringify({ app_name: '签名' });
answer('aksk body', await call('POST', '/v2/apps', signedApp, { raw: true, headers: { 'Content-Type': 'application/json', ...signedHeaders(env, 'POST', '/v2/apps', signedApp) } }), 201);
answer('unknown path', await call('GET', '/v2/nothing'), 404);
answer('405', await call('PATCH', '/v2/apps'), 405);
answer('bad path', await call('GET', '/v2/apps/%zz'), 400);

// 5
answer('create', r = await call('POST', '/v2/apps', { app_name: 'rtc' }), 201);
const app = r.body.app_id;
const A = `/v2/apps/${app}`;
check('request id', Boolean(r.headers.get('x-request-id')), true);
answer('duplicate', await call('POST', '/v2/apps', { app_name: 'rtc' }), 400, 'RTC.00001020');
answer('missing', await call('POST', '/v2/apps', {}), 400, 'RTC.00001005');
answer('malformed', await call('POST', '/v2/apps', '{', { raw: true }), 400, 'RTC.00001002');
answer('list', r = await call('GET', '/v2/apps?limit=1&offset=1'), 200);
check('page', [r.body.count, r.body.apps.length], [5, 1]);
answer('limit 0', await call('GET', '/v2/apps?limit=0'), 400, 'RTC.00001003');
answer('limit 101', await call('GET', '/v2/apps?limit=101'), 400, 'RTC.00001003');
answer('show', r = await call('GET', A), 200);
check('name', r.body.app_name, 'rtc');
answer('foreign', await other('GET', A), 404, 'RTC.00001015');
answer('disable', r = await call('POST', `${A}/disable`), 200);
check('disabled', r.body.state.state, 'DEACTIVATION');
check('filter', (await call('GET', '/v2/apps?state=DEACTIVATION')).body.count, 1);
answer('job when disabled', await call('POST', `${A}/mix-stream-jobs`, mixBody('r')), 400, 'RTC.00001016');
answer('enable', await call('POST', `${A}/enable`), 200);

// 6
answer('rule', r = await call('POST', `${A}/record-rules`, ruleBody(env)), 201);
const rule = r.body.rule_id;
check('defaults', r.body.mp4_config.record_max_duration_to_merge_file, 0);
await sleep(5);
answer('rule again', r = await call('POST', `${A}/record-rules`, ruleBody(env, { record_formats: ['HLS'], hls_config: { record_cycle: 0 } })), 201);
check('same rule', [r.body.rule_id, r.body.hls_config.record_slice_duration], [rule, 10]);
answer('rule list', r = await call('GET', `${A}/record-rules`), 200);
check('one rule', r.body.rules.length, 1);
answer('rule show', await call('GET', `${A}/record-rules/${rule}`), 200);
answer('rule update', r = await call('PUT', `${A}/record-rules/${rule}`, ruleBody(env)), 200);
check('replaced', 'hls_config' in r.body, false);
for (const [what, body, code] of [
  ['cycle 59', ruleBody(env, { mp4_config: { record_cycle: 59 } }), '1003'],
  ['cycle 10801', ruleBody(env, { mp4_config: { record_cycle: 10801 } }), '1003'],
  ['no cycle', ruleBody(env, { mp4_config: {} }), '1005'],
  ['format', ruleBody(env, { record_formats: ['mp4'] }), '1003'],
  ['combination', ruleBody(env, { record_formats: ['HLS'] }), '1004'],
  ['no addr', ruleBody(env, { obs_addr: null }), '1005'],
]) answer(what, await call('POST', `${A}/record-rules`, body), 400, `RTC.0000${code}`);
const region = ruleBody(env); region.obs_addr.location = 'cn-east-2';
answer('region', await call('POST', `${A}/record-rules`, region), 400, 'RTC.00001012');
const bucket = ruleBody(env); bucket.obs_addr.bucket = 'nope';
answer('bucket', await call('POST', `${A}/record-rules`, bucket), 404, 'RTC.00001014');

// 7, 8
answer('auto', r = await call('PUT', `${A}/auto-record-mode`, { mode: 'AUTO_INDIVIDUAL_RECORD', record_rule_id: rule }), 200);
answer('auto without rule', await call('PUT', `${A}/auto-record-mode`, { mode: 'AUTO_INDIVIDUAL_RECORD' }), 400, 'RTC.00001004');
answer('auto unknown rule', await call('PUT', `${A}/auto-record-mode`, { mode: 'AUTO_INDIVIDUAL_RECORD', record_rule_id: 'x' }), 404, 'RTC.00001011');
check('auto show', (await call('GET', `${A}/auto-record-mode`)).body.auto_record_mode.record_rule_id, rule);
answer('rule in use', await call('DELETE', `${A}/record-rules/${rule}`), 400, 'RTC.00001003');
answer('auto off', await call('PUT', `${A}/auto-record-mode`, { mode: 'AUTO_RECORD_OFF' }), 200);
const heard = [];
const listener = createServer((req, res) => { let t = ''; req.on('data', (c) => { t += c; }); req.on('end', () => { heard.push(JSON.parse(t)); res.end(); }); });
await new Promise((ok) => listener.listen(0, '127.0.0.1', ok));
answer('callback', await call('PUT', `${A}/record-callback`, { url: `http://127.0.0.1:${listener.address().port}/cb`, auth_key: 'k' }), 200);
answer('callback url', await call('PUT', `${A}/record-callback`, { url: 'ftp://x' }), 400, 'RTC.00001003');
check('callback show', (await call('GET', `${A}/record-callback`)).body.record_callback.auth_key, 'k');

// 9
const M = `${A}/mix-stream-jobs`;
const guest = `/_control/rooms/${A.split('/').pop()}/room001/users/guest`;
answer('guest joins', await call('PUT', guest, {}), 200);
answer('mix', r = await call('POST', M, mixBody('room001', {}, rule)), 201);
const mix = r.body.job_id;
check('mix view', [r.body.state, r.body.stream_name, r.body.mix_param.max_idle_time, r.body.stop_time], ['INIT', `m_${mix}_room001`, 30, '0001-01-01T00:00:00Z']);
answer('mix twice', await call('POST', M, mixBody('room001')), 400, 'RTC.00001006');
answer('mix init', await call('PUT', `${M}/${mix}`, { mix_param: { max_idle_time: 60 } }), 400, 'RTC.00001022');
answer('delete busy app', await call('DELETE', A), 400, 'RTC.00001003');
for (const [what, body, code] of [
  ['template', mixBody('r', { encode_template: '1x1' }), '1003'],
  ['layout', mixBody('r', { layout_template: 'grid' }), '1010'],
  ['no layout', mixBody('r', { layout_template: null }), '1004'],
  ['no panes', mixBody('r', { layout_template: 'custom' }), '1004'],
  ['idle 4', mixBody('r', { max_idle_time: 4 }), '1003'],
  ['idle 43201', mixBody('r', { max_idle_time: 43201 }), '1003'],
  ['x 1.1', mixBody('r', { layout_template: 'custom', layout_panes: [{ id: 1, x: 1.1 }] }), '1003'],
  ['image', mixBody('r', { background_image: 'http://x' }), '1003'],
  ['filling', mixBody('r', { layout_template: 'custom', layout_panes: [{ id: 1, filling_policy: 'FIXED_USER' }] }), '1004'],
]) answer(`mix ${what}`, await call('POST', M, body), 400, `RTC.0000${code}`);
answer('mix rule', await call('POST', M, mixBody('r', {}, 'nope')), 404, 'RTC.00001011');
answer('mix audio', r = await call('POST', M, mixBody('audio', { encode_template: 'audio_only', layout_template: 'x' })), 201);
check('mix audio ignored', 'layout_template' in r.body.mix_param, false);
await sleep(350);
check('mix running', (await call('GET', `${M}/${mix}`)).body.state, 'RUNNING');
answer('mix update', r = await call('PUT', `${M}/${mix}`, { mix_param: { layout_template: 'nine_grids_view', background_image: 's3://b/o.jpg' } }), 200);
check('mix merged', [r.body.mix_param.background_image, r.body.mix_param.encode_template], ['s3://b/o.jpg', '1280*720_15_2260']);
answer('mix stop', await call('DELETE', `${M}/${mix}`), 204);
check('mix stopped', (r = await call('GET', `${M}/${mix}`), [r.body.state, r.body.stop_reason]), ['STOPPED', 'TENANT_STOP']);
answer('mix stop again', await call('DELETE', `${M}/${mix}`), 400, 'RTC.00001009');
answer('mix unknown', await call('GET', `${M}/x`), 404, 'RTC.00001008');
await sleep(100);
check('notified', heard.map((m) => m.event_type), ['RECORD_NEW_FILE_START', 'RECORD_FILE_COMPLETE']);
answer('guest leaves', await call('DELETE', guest), 204);

// 10
const I = `${A}/individual-stream-jobs`;
answer('individual', r = await call('POST', I, { room_id: 'r1', user_id: 'u1', max_idle_time: 5 }), 201);
const ind = r.body.job_id;
check('individual view', [r.body.is_record_audio, r.body.video_type, r.body.select_stream_type, r.body.stream_name], [true, 'CAMERASTREAM', 'FHD', `s_${ind}_r1_u1`]);
answer('individual twice', await call('POST', I, { room_id: 'r1', user_id: 'u1' }), 400, 'RTC.00001006');
answer('individual enum', await call('POST', I, { room_id: 'r1', user_id: 'u2', video_type: 'X' }), 400, 'RTC.00001003');
answer('individual no room', await call('POST', I, { user_id: 'u2' }), 400, 'RTC.00001005');
await sleep(350);
answer('individual update', r = await call('PUT', `${I}/${ind}`, { record_param: { record_rule_id: rule } }), 200);
check('individual rule', r.body.record_param.record_rule_id, rule);
answer('rule used by job', await call('DELETE', `${A}/record-rules/${rule}`), 400);
answer('wrong kind', await call('GET', `${M}/${ind}`), 404, 'RTC.00001008');
await sleep(4800);
check('individual idle', (await call('GET', `${I}/${ind}`)).body.stop_reason, 'EXCEED_MAX_IDLE_TIME');
answer('individual 2', r = await call('POST', I, { room_id: 'r1', user_id: 'u1' }), 201);
answer('individual stop', await call('DELETE', `${I}/${r.body.job_id}`), 204);
answer('rule delete', await call('DELETE', `${A}/record-rules/${rule}`), 204);
answer('rule gone', await call('GET', `${A}/record-rules/${rule}`), 404, 'RTC.00001011');

// 13
const S = `/v1/${env.project_id}/rtc`;
const get = async (path, query) => call('GET', path + qs(query));
const base = { app: env.app_id };
answer('rooms', r = await get(`${S}/rooms`, { ...base, limit: 2 }), 200);
check('rooms page', [r.body.limit, r.body.offset, r.body.room_info_list.length, r.body.total >= 3], [2, 0, 2, true]);
answer('rooms wrong project', await get(`/v1/${env.second_project_id}/rtc/rooms`, base), 400, 'RTC.00001021');
answer('rooms no app', r = await get(`${S}/rooms`, {}), 400, 'DATA.100011001');
check('message', r.body.error_msg, "Required String parameter 'app' is not present");
answer('rooms foreign app', await get(`${S}/rooms`, { app: 'x' }), 404);
answer('rooms 91 days', await get(`${S}/rooms`, { ...base, start_time: time(-91 * 86400000) }), 400);
answer('rooms time', await get(`${S}/rooms`, { ...base, start_time: '2020-01-01' }), 400);
answer('users', r = await get(`${S}/users`, { ...base, room_id: env.room_id, state: 'ONLINE', start_time: time(-3600000 * 3) }), 200);
check('user online', r.body.users.some((u) => u.uid === env.user_id && u.leave_time === '-'), true);
const onlineNow = r.body.total;
answer('scale', r = await get(`${S}/realtime/scale`, { ...base, room_id: env.room_id, metric: 'OnlineUsers' }), 200);
check('scale = users', [r.body.scale.length >= 60, r.body.scale.at(-1).value], [true, onlineNow]);
answer('dimension', r = await get(`${S}/realtime/scale/dimension`, { ...base, room_id: env.room_id, metric: 'OnlineUsers', dimension: 'region', time: time() }), 200);
check('dimension sum', r.body.dimensions.reduce((n, d) => n + d.online_users, 0), onlineNow);
answer('quality', await get(`${S}/realtime/quality`, { ...base, metric: 'VideoFreezeRate', sdk_type: 'native' }), 200);
answer('quality no sdk', await get(`${S}/realtime/quality`, { ...base, metric: 'VideoFreezeRate' }), 400);
answer('network', await get(`${S}/realtime/network`, { ...base, metric: 'AudioExcellentTransRate', sdk_type: 'webrtc' }), 200);
const week = { start_date: day(-7), end_date: day(-1) };
answer('usage', r = await get(`${S}/history/usage`, { ...base, metric: 'CommunicationDuration', ...week }), 200);
const totals = r.body.usage.map((u) => u.total_duration);
answer('history scale', r = await get(`${S}/history/scale`, { ...base, metric: 'CommunicationDuration,RoomCount,UserCount,SessionCount,MaxOnlineUserCount', ...week }), 200);
check('usage = scale', r.body.scale.map((u) => u.communication_duration), totals);
const d2 = r.body.scale[3];
r = await get(`${S}/rooms`, { ...base, start_time: `${d2.date}T00:00:00Z`, end_time: `${d2.date}T23:59:59Z` });
check('rooms = scale', r.body.total, d2.room_count);
r = await get(`${S}/users`, { ...base, type: 'summary', state: 'OFFLINE', start_time: `${d2.date}T00:00:00Z`, end_time: `${d2.date}T23:59:59Z` });
check('users = scale', r.body.total, d2.user_count);
r = await get(`${S}/users`, { ...base, type: 'detail', state: 'OFFLINE', start_time: `${d2.date}T00:00:00Z`, end_time: `${d2.date}T23:59:59Z` });
check('sessions = scale', r.body.total, d2.session_count);
answer('history today', r = await get(`${S}/history/scale`, { ...base, metric: 'RoomCount', start_date: day(), end_date: day() }), 200);
check('no today', r.body.scale.length, 0);
answer('history quality', r = await get(`${S}/history/quality`, { ...base, metric: 'JoinSuccessRate,VideoTransDelay' }), 200);
check('yesterday', r.body.quality.map((q) => q.date), [day(-1)]);
answer('history 32', await get(`${S}/history/quality`, { ...base, metric: 'JoinSuccessRate', start_date: day(-32), end_date: day(-5) }), 400);
const hour = { app_id: env.app_id, start_time: time(-3500000), end_time: time() };
answer('qos', r = await get(`${S}/client/qos/details`, { ...hour, room_id: env.room_id, user_id: env.user_id, mid: 'all', direction: 'up' }), 200);
check('qos all', [r.body.data.length, r.body.data[0].peerid], [22, '0']);
answer('event', r = await get(`${S}/client/event`, hour), 200);
const n = r.body.data.length;
answer('event span', await get(`${S}/client/event`, { ...hour, start_time: time(-7300000) }), 400, '400');
answer('abnormalevent', r = await get(`${S}/client/abnormalevent`, hour), 200);
check('abnormal count', r.body.data.reduce((sum, u) => sum + u.abnormal_list.length, 0), n);
const w = { app: env.app_id, start_time: hour.start_time, end_time: hour.end_time };
answer('abnormal-events', r = await get('/v1/rtc/data/abnormal-events', w), 200);
check('same total', [r.body.total, r.body.events.length], [n, Math.min(10, n)]);
answer('abnormal dimension', r = await get('/v1/rtc/data/abnormal-event/dimension', { ...w, dimension: 'abnormal_type' }), 200);
check('types', r.body.dimensions.every((x) => x.user_count > 0 && !('abnormal_factor' in x)), true);

// 11
const R = `/v2/apps/${env.app_id}/rooms/${env.room_id}`;
answer('kick', await call('POST', `${R}/batch-remove-users`, { user_ids: [env.user_id] }), 202);
r = await get(`${S}/users`, { ...base, room_id: env.room_id, uid: env.user_id });
check('kicked', r.body.users[0].state, 'OFFLINE');
answer('kick nobody', await call('POST', `${R}/batch-remove-users`, { user_ids: [] }), 400);
answer('dismiss', await call('POST', `${R}/dismiss`), 202);
answer('dismiss again', await call('POST', `${R}/dismiss`), 404, 'RTC.00001003');
r = await get(`${S}/rooms`, { ...base, room_id: env.room_id });
check('closed', r.body.room_info_list[0].state, 'CLOSED');

// 12
answer('buckets', r = await call('GET', '/v2/rtc-ops/buckets'), 200);
check('three buckets', r.body.count, 3);
answer('obs 401', await client(env, 'bad')('GET', '/v2/rtc-ops/buckets'), 401, 'RTC.00001003');
answer('objects', r = await get('/v2/rtc-ops/buckets/objects', { bucket: env.bucket, type: 'objects', location: 'cn-north-4', prefix: 'img/' }), 200);
check('two images', r.body.count, 2);
answer('folders', r = await get('/v2/rtc-ops/buckets/objects', { bucket: env.bucket, type: 'folders', location: 'cn-north-4' }), 200);
check('folders', r.body.objects.map((o) => o.file_name), ['Record/', 'img/']);
answer('no bucket', await get('/v2/rtc-ops/buckets/objects', { bucket: 'nope', type: 'folders', location: 'cn-north-4' }), 404, 'RTC.00001014');
answer('unauthorize', await call('PUT', '/v2/rtc-ops/buckets/authentication', { bucket: env.bucket, operation: 0, location: 'cn-north-4' }), 200);
check('unauthorized', (await call('GET', '/v2/rtc-ops/buckets')).body.buckets[0].is_authorized, false);
answer('operation 2', await call('PUT', '/v2/rtc-ops/buckets/authentication', { bucket: env.bucket, operation: 2, location: 'cn-north-4' }), 400, 'RTC.00001003');

// 5.4 and the limit of 5.1
const audio = await call('POST', M, mixBody('audio'));
if (audio.status === 201) await call('DELETE', `${M}/${audio.body.job_id}`);
let count = (await call('GET', '/v2/apps')).body.count;
for (; count < 20; count++) answer('fill', await call('POST', '/v2/apps', { app_name: `fill${count}` }), 201);
answer('21st app', await call('POST', '/v2/apps', { app_name: 'too many' }), 400, 'RTC.00001017');
r = await call('GET', '/v2/apps');
const victim = r.body.apps.find((a) => a.app_name === 'fill10').app_id;
answer('delete', await call('DELETE', `/v2/apps/${victim}`), 204);
answer('deleted', await call('GET', `/v2/apps/${victim}`), 404, 'RTC.00001015');
answer('delete busy', await call('DELETE', `/v2/apps/${env.app_id}`), 400, 'RTC.00001003');

listener.close();
env.stop();
console.log(failures ? `${failures} failures` : 'all checks passed');
process.exitCode = failures ? 1 : 0;
