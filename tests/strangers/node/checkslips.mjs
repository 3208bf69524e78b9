// For each slip: a probe that is true on the correct server and false with the slip.
// Run: node checkslips.mjs [name ...]
import { readFileSync } from 'node:fs';
import {
  client, day, mixBody, qs, ruleBody, signedHeaders, sleep, startServer, time,
} from './testkit.mjs';

const HOUR = 3600000;
const DAY = 24 * HOUR;

// What every probe gets: the environment, a client, and short cuts.
function kit(env) {
  const call = client(env);
  const other = client(env, env.second_token);
  const A = `/v2/apps/${env.app_id}`;
  const S = `/v1/${env.project_id}/rtc`;
  const get = async (path, query = {}) => (await call('GET', path + (Object.keys(query).length ? qs(query) : ''))).body;
  const stat = (path, query = {}) => get(S + path, { app: env.app_id, ...query });
  const newApp = async (name = 'probe') => `/v2/apps/${(await call('POST', '/v2/apps', { app_name: name })).body.app_id}`;
  const newRule = async (app, extra) => (await call('POST', `${app}/record-rules`, ruleBody(env, extra))).body;
  const start = async (app, body, kind = 'mix') => (await call('POST', `${app}/${kind}-stream-jobs`, body)).body;
  const appIds = async () => (await get('/v2/apps')).apps.map((a) => `/v2/apps/${a.app_id}`);
  const room = `${A}/rooms/${env.room_id}`;
  const onlineIn = async (roomId) => (await stat('/users', { room_id: roomId, state: 'ONLINE', limit: 100, start_time: time(-5 * HOUR) })).users;
  return { env, call, other, A, S, get, stat, newApp, newRule, start, appIds, room, onlineIn };
}

const yesterday = () => ({ start_time: `${day(-1)}T00:00:00Z`, end_time: `${day(-1)}T23:59:59Z`, limit: 1000 });
const hls = (cycle) => ({ record_formats: ['HLS'], hls_config: { record_cycle: cycle } });
const hour = (env) => ({ app_id: env.app_id, start_time: time(-3500000), end_time: time() });
const sum = (list) => list.reduce((a, b) => a + b, 0);

const probes = {
  'expired-token-accepted': async ({ env }) => (await client(env, env.expired_token)('GET', '/v2/apps')).status === 401,
  'signature-not-checked': async ({ env, call }) => (await call('GET', '/v2/apps', undefined, { headers: signedHeaders(env, 'GET', '/v2/apps', '', { sk: 'wrong' }) })).status === 401,
  'token-status-200': async ({ env, call }) => (await call('POST', '/v3/auth/tokens', { auth: { identity: { methods: ['password'], password: { user: { name: env.user, password: env.password, domain: { name: env.domain } } } }, scope: { project: { id: env.project_id } } } })).status === 201,
  'no-request-id-on-error': async ({ call }) => (await call('GET', '/v2/apps/nope')).headers.has('x-request-id'),
  'app-name-of-disabled-free': async ({ call, newApp }) => { await call('POST', `${await newApp()}/disable`); return (await call('POST', '/v2/apps', { app_name: 'probe' })).code === 'RTC.00001020'; },
  'apps-limit-21': async ({ newApp, call }) => { for (let i = 3; i < 20; i++) await newApp(`n${i}`); return (await call('POST', '/v2/apps', { app_name: 'last' })).code === 'RTC.00001017'; },
  'app-name-not-required': async ({ call }) => (await call('POST', '/v2/apps', {})).status === 400,
  'app-name-reserved-after-delete': async ({ call, newApp }) => { await call('DELETE', await newApp()); return (await call('POST', '/v2/apps', { app_name: 'probe' })).status === 201; },
  'apps-count-of-page': async ({ get }) => (await get('/v2/apps?limit=1')).count === 3,
  'apps-offset-in-records': async ({ get }) => (await get('/v2/apps?limit=2&offset=1')).apps.length === 1,
  'apps-default-limit-10': async ({ get, newApp }) => { for (let i = 0; i < 9; i++) await newApp(`n${i}`); return (await get('/v2/apps')).apps.length === 12; },
  'app-show-foreign': async ({ other, A }) => (await other('GET', A)).status === 404,
  'app-delete-while-busy': async ({ call, A }) => (await call('DELETE', A)).status === 400,
  'app-enable-time-stale': async ({ call, newApp }) => { const a = await newApp(); const t = (await call('POST', `${a}/disable`)).body.state.update_time; await sleep(5); return (await call('POST', `${a}/enable`)).body.state.update_time > t; },
  'app-disable-shows-old-state': async ({ call, newApp }) => (await call('POST', `${await newApp()}/disable`)).body.state.state === 'DEACTIVATION',
  'rule-post-duplicates': async ({ newApp, newRule, get }) => { const a = await newApp(); await newRule(a); await newRule(a); return (await get(`${a}/record-rules`)).rules.length === 1; },
  'rule-repost-200': async ({ env, newApp, newRule, call }) => { const a = await newApp(); await newRule(a); return (await call('POST', `${a}/record-rules`, ruleBody(env))).status === 201; },
  'rule-hls-zero-refused': async ({ newApp, newRule }) => (await newRule(await newApp(), hls(0))).rule_id !== undefined,
  'rule-slice-default-6': async ({ newApp, newRule }) => (await newRule(await newApp(), hls(60))).hls_config.record_slice_duration === 10,
  'rule-list-all-apps': async ({ newApp, newRule, get }) => { await newRule(await newApp('a')); return (await get(`${await newApp('b')}/record-rules`)).rules.length === 0; },
  'rule-of-any-app': async ({ newApp, newRule, call }) => { const { rule_id: id } = await newRule(await newApp('a')); return (await call('GET', `${await newApp('b')}/record-rules/${id}`)).status === 404; },
  'rule-hls-cycle-gap': async ({ env, newApp, newRule, call }) => { const a = await newApp(); const { rule_id: id } = await newRule(a); return (await call('PUT', `${a}/record-rules/${id}`, ruleBody(env, hls(59)))).status === 400; },
  'rule-put-time-stale': async ({ env, newApp, newRule, call }) => { const a = await newApp(); const r = await newRule(a); await sleep(5); return (await call('PUT', `${a}/record-rules/${r.rule_id}`, ruleBody(env))).body.update_time > r.update_time; },
  'rule-delete-under-job': async ({ newApp, newRule, start, call }) => { const a = await newApp(); const r = await newRule(a); await start(a, mixBody('x', {}, r.rule_id)); return (await call('DELETE', `${a}/record-rules/${r.rule_id}`)).status === 400; },
  'auto-rule-not-required': async ({ call, A }) => (await call('PUT', `${A}/auto-record-mode`, { mode: 'AUTO_INDIVIDUAL_RECORD' })).status === 400,
  'auto-rule-not-looked-up': async ({ call, A }) => (await call('PUT', `${A}/auto-record-mode`, { mode: 'AUTO_INDIVIDUAL_RECORD', record_rule_id: 'x' })).status === 404,
  'auto-show-cached': async ({ newApp, newRule, call, get }) => { const a = await newApp(); await get(`${a}/auto-record-mode`); await call('PUT', `${a}/auto-record-mode`, { mode: 'AUTO_INDIVIDUAL_RECORD', record_rule_id: (await newRule(a)).rule_id }); return (await get(`${a}/auto-record-mode`)).auto_record_mode.mode === 'AUTO_INDIVIDUAL_RECORD'; },
  'auto-mode-lower-case': async ({ get, A }) => (await get(`${A}/auto-record-mode`)).auto_record_mode.mode === 'AUTO_RECORD_OFF',
  'callback-https-refused': async ({ call, A }) => (await call('PUT', `${A}/record-callback`, { url: 'https://mydomain.com' })).status === 200,
  'callback-key-kept': async ({ call, A }) => { await call('PUT', `${A}/record-callback`, { url: 'http://a.com', auth_key: 'k' }); return !(await call('PUT', `${A}/record-callback`, { url: 'http://a.com' })).body.record_callback.auth_key; },
  'callback-subscription-missing': async ({ call, get, A }) => { await call('PUT', `${A}/record-callback`, { url: 'http://a.com' }); return (await get(`${A}/record-callback`)).record_callback.notify_event_subscription?.length === 2; },
  'callback-time-moves-on-read': async ({ call, get, A }) => { const t = (await call('PUT', `${A}/record-callback`, { url: 'http://a.com' })).body.record_callback.update_time; await sleep(5); return (await get(`${A}/record-callback`)).record_callback.update_time === t; },
  'mix-idle-default-60': async ({ start, newApp }) => (await start(await newApp(), mixBody('x'))).mix_param.max_idle_time === 30,
  'mix-idle-5-refused': async ({ start, newApp }) => (await start(await newApp(), mixBody('x', { max_idle_time: 5 }))).job_id !== undefined,
  'mix-stream-name-s': async ({ start, newApp }) => (await start(await newApp(), mixBody('x'))).stream_name.startsWith('m_'),
  'mix-audio-needs-layout': async ({ start, newApp }) => (await start(await newApp(), { mix_param: { room_id: 'x', encode_template: 'audio_only' } })).job_id !== undefined,
  'mix-shows-init-forever': async ({ start, newApp, get }) => { const a = await newApp(); const j = await start(a, mixBody('x')); await sleep(350); return (await get(`${a}/mix-stream-jobs/${j.job_id}`)).state === 'RUNNING'; },
  'mix-put-time-stale': async ({ start, newApp, call }) => { const a = await newApp(); const j = await start(a, mixBody('x')); await sleep(350); return (await call('PUT', `${a}/mix-stream-jobs/${j.job_id}`, { mix_param: { background_image: 's3://b/o' } })).body.update_time > j.update_time; },
  'mix-put-appends-panes': async ({ start, newApp, call }) => { const a = await newApp(); const panes = (id) => ({ layout_template: 'custom', layout_panes: [{ id }] }); const j = await start(a, mixBody('x', panes(1))); await sleep(350); return (await call('PUT', `${a}/mix-stream-jobs/${j.job_id}`, { mix_param: panes(2) })).body.mix_param.layout_panes.length === 1; },
  'mix-put-after-stop': async ({ start, newApp, call }) => { const a = await newApp(); const j = `${a}/mix-stream-jobs/${(await start(a, mixBody('x'))).job_id}`; await call('DELETE', j); return (await call('PUT', j, { mix_param: { max_idle_time: 50 } })).code === 'RTC.00001009'; },
  'mix-stop-time-missing': async ({ start, newApp, call, get }) => { const a = await newApp(); const j = `${a}/mix-stream-jobs/${(await start(a, mixBody('x'))).job_id}`; await call('DELETE', j); return !(await get(j)).stop_time.startsWith('0001'); },
  'individual-start-when-disabled': async ({ start, newApp, call }) => { const a = await newApp(); await call('POST', `${a}/disable`); return (await start(a, { room_id: 'x', user_id: 'u' }, 'individual')).error_code === 'RTC.00001016'; },
  'individual-audio-default-false': async ({ start, newApp }) => (await start(await newApp(), { room_id: 'x', user_id: 'u' }, 'individual')).is_record_audio === true,
  'individual-user-not-required': async ({ start, newApp }) => (await start(await newApp(), { room_id: 'x' }, 'individual')).error_code === 'RTC.00001005',
  'individual-unknown-job-400': async ({ call, A }) => (await call('GET', `${A}/individual-stream-jobs/x`)).status === 404,
  'individual-stop-forgets-job': async ({ start, newApp, call, get }) => { const a = await newApp(); const j = `${a}/individual-stream-jobs/${(await start(a, { room_id: 'x', user_id: 'u' }, 'individual')).job_id}`; await call('DELETE', j); return (await get(j)).state === 'STOPPED'; },
  'individual-put-lost': async ({ start, newApp, newRule, call, get }) => { const a = await newApp(); const { rule_id: id } = await newRule(a); const j = `${a}/individual-stream-jobs/${(await start(a, { room_id: 'x', user_id: 'u' }, 'individual')).job_id}`; await sleep(350); await call('PUT', j, { record_param: { record_rule_id: id } }); return (await get(j)).record_param?.record_rule_id === id; },
  'kick-first-only': async ({ env, call, room, onlineIn }) => { const ids = (await onlineIn(env.room_id)).map((u) => u.uid).slice(0, 2); await call('POST', `${room}/batch-remove-users`, { user_ids: ids }); return !(await onlineIn(env.room_id)).some((u) => ids.includes(u.uid)); },
  'kick-status-200': async ({ env, call, room }) => (await call('POST', `${room}/batch-remove-users`, { user_ids: [env.user_id] })).status === 202,
  'kick-leaves-room-open': async ({ env, call, room, onlineIn, stat }) => { const ids = (await onlineIn(env.room_id)).map((u) => u.uid); await call('POST', `${room}/batch-remove-users`, { user_ids: ids }); return (await stat('/rooms', { room_id: env.room_id })).room_info_list[0].state === 'CLOSED'; },
  'dismiss-users-stay': async ({ env, call, room, onlineIn }) => { await call('POST', `${room}/dismiss`); return (await onlineIn(env.room_id)).length === 0; },
  'dismiss-unknown-room-202': async ({ call, A }) => (await call('POST', `${A}/rooms/nope/dismiss`)).status === 404,
  'buckets-of-all-tenants': async ({ get }) => (await get('/v2/rtc-ops/buckets')).count === 3,
  'objects-prefix-anywhere': async ({ env, get }) => (await get('/v2/rtc-ops/buckets/objects', { bucket: env.bucket, type: 'objects', location: 'cn-north-4', prefix: 'user' })).count === 0,
  'objects-size-bytes': async ({ env, get }) => (await get('/v2/rtc-ops/buckets/objects', { bucket: env.bucket, type: 'objects', location: 'cn-north-4', prefix: 'readme' })).objects[0].size === 1,
  'obs-operation-0-missing': async ({ env, call }) => (await call('PUT', '/v2/rtc-ops/buckets/authentication', { bucket: env.bucket, operation: 0, location: 'cn-north-4' })).status === 200,
  'rooms-duration-ms': async ({ stat }) => { const r = (await stat('/rooms', { state: 'CLOSED' })).room_info_list[0]; return r.duration === (Date.parse(r.end_time) - Date.parse(r.start_time)) / 1000; },
  'rooms-end-time-empty': async ({ env, stat }) => (await stat('/rooms', { room_id: env.room_id })).room_info_list[0].end_time === '-',
  'rooms-total-of-page': async ({ stat }) => (await stat('/rooms', { limit: 1 })).total > 1,
  'users-region-no-abbreviation': async ({ stat }) => { const t = { start_time: time(-30 * DAY) }; return (await stat('/users', { ...t, region: 'GD' })).total === (await stat('/users', { ...t, region: '广东' })).total; },
  'users-default-detail': async ({ stat }) => { const t = { start_time: time(-30 * DAY) }; return (await stat('/users', t)).total === (await stat('/users', { ...t, type: 'summary' })).total; },
  'users-failed-hidden': async ({ stat }) => (await stat('/users', { start_time: time(-30 * DAY), state: 'FAIL' })).total > 0,
  'scale-counts-the-gone': async ({ env, stat, onlineIn }) => (await stat('/realtime/scale', { metric: 'OnlineUsers', room_id: env.room_id })).scale.at(-1).value <= (await onlineIn(env.room_id)).length && (await stat('/realtime/scale', { metric: 'OnlineUsers', room_id: 'crecent1' })).scale.at(-1).value === 0,
  'scale-room-ignored': async ({ stat }) => sum((await stat('/realtime/scale', { metric: 'OnlineUsers', room_id: 'nope' })).scale.map((x) => x.value)) === 0,
  'dimension-ascending': async ({ stat }) => { const n = (await stat('/realtime/scale/dimension', { metric: 'OnlineUsers', dimension: 'region', time: time() })).dimensions.map((d) => d.online_users); return n[0] >= n.at(-1) && new Set(n).size > 1 && n[0] === Math.max(...n); },
  'quality-sdk-swapped': async ({ stat }) => {
    // every minute with a successful web join must be one in which a web user joined
    const { users } = await stat('/users', { type: 'detail', limit: 1000, state: 'ONLINE,OFFLINE' });
    const joins = new Set(users.filter((u) => u.platform.startsWith('web')).map((u) => u.join_time.slice(0, 16)));
    const { quality } = await stat('/realtime/quality', { metric: 'JoinSuccessRate', sdk_type: 'webrtc' });
    return quality.filter((q) => q.value > 0).every((q) => joins.has(q.time.slice(0, 16)));
  },
  'network-sdk-ignored': async ({ stat }) => JSON.stringify((await stat('/realtime/network', { metric: 'AudioExcellentTransRate', sdk_type: 'native' })).network) !== JSON.stringify((await stat('/realtime/network', { metric: 'AudioExcellentTransRate', sdk_type: 'webrtc' })).network),
  'usage-in-minutes': async ({ stat }) => { const d = { start_date: day(-1), end_date: day(-1) }; return (await stat('/history/usage', { ...d, metric: 'CommunicationDuration' })).usage[0].total_duration === (await stat('/history/scale', { ...d, metric: 'CommunicationDuration' })).scale[0].communication_duration; },
  'usage-end-exclusive': async ({ stat }) => (await stat('/history/usage', { start_date: day(-3), end_date: day(-1), metric: 'CommunicationDuration' })).usage.length === 3,
  'history-shows-today': async ({ stat }) => (await stat('/history/scale', { start_date: day(-1), end_date: day(), metric: 'RoomCount' })).scale.length === 1,
  'user-count-by-uid': async ({ stat }) => (await stat('/history/scale', { start_date: day(-1), end_date: day(-1), metric: 'UserCount' })).scale[0].user_count === (await stat('/users', { ...yesterday(), state: 'ONLINE,OFFLINE' })).total,
  'delay-mean-not-median': async ({ stat }) => (await stat('/history/quality', { start_date: day(-20), end_date: day(-1), metric: 'VideoTransDelay,AudioTransDelay' })).quality.every((q) => Number.isInteger(q.video_trans_delay * 2) && Number.isInteger(q.audio_trans_delay * 2)),
  'qos-all-without-auxiliary': async ({ env, get, S }) => (await get(`${S}/client/qos/details`, { ...hour(env), room_id: env.room_id, user_id: env.user_id, direction: 'up', mid: 'all' })).data.length === 22,
  'qos-value-text': async ({ env, get, S }) => typeof (await get(`${S}/client/qos/details`, { ...hour(env), room_id: env.room_id, mid: 'appcpu' })).data[0].data[0].value === 'number',
  'event-span-unlimited': async ({ env, get, S }) => (await get(`${S}/client/event`, { ...hour(env), start_time: time(-2 * HOUR) })).error_code === '400',
  'abnormalevent-older-than-5-days': async ({ env, get, S }) => (await get(`${S}/client/abnormalevent`, { ...hour(env), start_time: time(-6 * DAY), end_time: time(-6 * DAY + HOUR) })).error_code === '400',
  'abnormal-uid-prefix': async ({ env, get }) => (await get('/v1/rtc/data/abnormal-events', { app: env.app_id, uid: 'cuser' })).total === 0,
  'abnormal-peer-is-self': async ({ env, get }) => (await get('/v1/rtc/data/abnormal-events', { app: env.app_id, start_time: time(-DAY + 60000), limit: 500 })).events.filter((e) => e.location === 'local').every((e) => e.peer_uid === ''),
  'abnormal-counts-events': async ({ env, get }) => { const w = { app: env.app_id, start_time: time(-DAY + 60000), end_time: time() }; const { events } = await get('/v1/rtc/data/abnormal-events', { ...w, limit: 1000 }); return (await get('/v1/rtc/data/abnormal-event/dimension', { ...w, dimension: 'abnormal_type' })).dimensions.every((d) => d.user_count === new Set(events.filter((e) => e.abnormal_type === d.abnormal_type).map((e) => e.uid)).size); },
  'abnormal-one-dimension-only': async ({ env, get }) => (await get('/v1/rtc/data/abnormal-event/dimension', { app: env.app_id, dimension: 'abnormal_type,abnormal_factor' })).dimensions.every((d) => 'abnormal_type' in d && 'abnormal_factor' in d),
  'rule-list-cached': async ({ newApp, newRule, get }) => { const a = await newApp(); await get(`${a}/record-rules`); await newRule(a); return (await get(`${a}/record-rules`)).rules.length === 1; },
  'rule-put-keeps-slice': async ({ env, newApp, newRule, call }) => { const a = await newApp(); const { rule_id: id } = await newRule(a, { record_formats: ['HLS'], hls_config: { record_cycle: 60, record_slice_duration: 20 } }); return (await call('PUT', `${a}/record-rules/${id}`, ruleBody(env, hls(60)))).body.hls_config.record_slice_duration === 10; },
  'mix-stop-whole-room': async ({ start, newApp, call, get }) => { const a = await newApp(); const m = await start(a, mixBody('x')); const i = await start(a, { room_id: 'x', user_id: 'u' }, 'individual'); await call('DELETE', `${a}/mix-stream-jobs/${m.job_id}`); return (await get(`${a}/individual-stream-jobs/${i.job_id}`)).state !== 'STOPPED'; },
  'individual-start-time-local': async ({ start, newApp }) => { const j = await start(await newApp(), { room_id: 'x', user_id: 'u' }, 'individual'); return Math.abs(Date.parse(j.start_time) - Date.now()) < HOUR; },
  'users-state-after-paging': async ({ stat }) => { const q = { start_time: time(-DAY), state: 'OFFLINE' }; return (await stat('/users', { ...q, limit: 5 })).total === (await stat('/users', { ...q, limit: 1000 })).users.length; },
  'dimension-room-ignored': async ({ stat }) => (await stat('/realtime/scale/dimension', { metric: 'OnlineUsers', dimension: 'region', time: time(), room_id: 'nope' })).dimensions.length === 0,
  'usage-long-as-text': async ({ stat }) => typeof (await stat('/history/usage', { start_date: day(-1), end_date: day(-1), metric: 'CommunicationDuration' })).usage[0].total_duration === 'number',
  'history-scale-30-days': async ({ stat }) => (await stat('/history/scale', { start_date: day(-31), end_date: day(-1), metric: 'RoomCount' })).scale?.length === 31,
};

const slips = JSON.parse(readFileSync(new URL('./SLIPS.json', import.meta.url)));
const wanted = process.argv.slice(2);
const queue = slips.filter((s) => !wanted.length || wanted.includes(s.name));
let bad = 0;

async function run(name, slip) {
  const env = await startServer(slip);
  try {
    return await probes[name](kit(env));
  } catch (error) {
    return `error: ${error.message}`;
  } finally {
    env.stop();
  }
}

async function worker() {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { name } = next;
    const clean = await run(name, '');
    const slipped = await run(name, name);
    if (String(slipped).startsWith('error')) console.log(`note ${name}: ${slipped}`);
    if (clean !== true || slipped === true) {
      bad++;
      console.log(`${name}: correct server ${clean}, with the slip ${slipped}`);
    }
  }
}
await Promise.all([worker(), worker()]);
console.log(bad ? `${bad} slips not shown` : `all ${wanted.length || slips.length} slips shown`);
process.exitCode = bad ? 1 : 0;
