// Chapter 13 except the per-user detail of 13.10 to 13.14 (see details.mjs).
import { formatDate, formatTime, QueryParams } from './params.mjs';
import { fail } from './errors.mjs';
import { store } from './store.mjs';
import { findApp } from './apps.mjs';
import { REGIONS } from './history.mjs';
import { usageIntervals } from './usage.mjs';
import { slip } from './slips.mjs';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MAX_LIMIT = 1000;
const SDK_TYPES = ['native', 'webrtc'];

// The path's project must be the one the caller is authenticated for.
export function checkProject(ctx) {
  if (ctx.params.project_id !== ctx.identity.project.id) fail('NoPermission', 'project_id');
}

export function readApp(ctx, query, key = 'app') {
  return findApp(ctx, query.string(key, { required: true }));
}

// start_time and end_time: by default the hour up to now.
export function readWindow(query, { maxSpan }) {
  const end = query.time('end_time', { fallback: Date.now() });
  const start = query.time('start_time', { fallback: end - HOUR });
  if (start > end) throw query.invalid('start_time');
  if (end - start > maxSpan) throw query.invalid('start_time');
  return { start, end };
}

export function readPaging(query) {
  return {
    limit: query.integer('limit', { fallback: 10, min: 1, max: MAX_LIMIT }),
    offset: query.integer('offset', { fallback: 0, min: 0 }),
  };
}

const midnight = (ms) => Math.floor(ms / DAY) * DAY;
const leftAt = (s) => s.leave ?? Infinity;
const isOnline = (s, t) => !s.failed && s.join <= t && t < leftAt(s);
const userKey = (s) => JSON.stringify([s.room_id, s.uid]);
const inRoom = (roomId) => (item) => roomId === undefined || item.room_id === roomId;

export const sessionsOf = (app, roomId) => store.sessions
  .filter((s) => s.app_id === app.app_id && inRoom(roomId)(s));
const roomsOf = (app, roomId) => store.rooms
  .filter((r) => r.app_id === app.app_id && inRoom(roomId)(r));

const timeOrDash = (ms) => (ms === null ? '-' : formatTime(ms));

// 13.1
export function listRooms(ctx) {
  checkProject(ctx);
  const query = new QueryParams(ctx.query, 'data');
  const app = readApp(ctx, query);
  const roomId = query.string('room_id');
  const state = query.string('state', { oneOf: ['RUNNING', 'CLOSED'] });
  const { start, end } = readWindow(query, { maxSpan: 90 * DAY });
  const { limit, offset } = readPaging(query);
  const now = Date.now();
  const rooms = roomsOf(app, roomId)
    .filter((r) => r.start >= start && r.start <= end)
    .map((r) => ({
      domain: r.domain,
      app: r.app_id,
      room_id: r.room_id,
      state: r.end === null ? 'RUNNING' : 'CLOSED',
      duration: Math.floor(((r.end ?? now) - r.start) / (slip('rooms-duration-ms') ? 1 : SECOND)),
      start_time: formatTime(r.start),
      end_time: r.end === null && slip('rooms-end-time-empty') ? '' : timeOrDash(r.end),
    }))
    .filter((r) => !state || r.state === state)
    .sort((a, b) => (a.start_time < b.start_time ? 1 : -1));
  const page = rooms.slice(offset, offset + limit);
  const total = slip('rooms-total-of-page') ? page.length : rooms.length;
  return { body: { total, limit, offset, room_info_list: page } };
}

function stateOf(session) {
  if (session.failed) return 'FAIL';
  return session.leave === null ? 'ONLINE' : 'OFFLINE';
}

function userView(s) {
  return {
    domain: s.domain,
    app: s.app_id,
    room_id: s.room_id,
    uid: s.uid,
    session: s.session,
    state: stateOf(s),
    nick_name: s.nick_name,
    ip: s.ip,
    region: s.region,
    isp: s.isp,
    device_model: s.device_model,
    platform: s.platform,
    sdk: s.sdk,
    join_time: formatTime(s.join),
    leave_time: timeOrDash(s.leave),
  };
}

// One line per user and room: the latest session, with the time of the first join.
function summarize(sessions) {
  const users = new Map();
  for (const s of [...sessions].sort((a, b) => a.join - b.join)) {
    const first = users.get(userKey(s));
    users.set(userKey(s), { ...s, join: first ? first.join : s.join });
  }
  return [...users.values()];
}

// 13.2
export function listUsers(ctx) {
  checkProject(ctx);
  const query = new QueryParams(ctx.query, 'data');
  const app = readApp(ctx, query);
  const roomId = query.string('room_id');
  const uid = query.string('uid');
  const nickname = query.string('nickname');
  const regions = query.list('region');
  const isps = query.list('isp');
  const states = query.list('state', { oneOf: ['FAIL', 'ONLINE', 'OFFLINE'] });
  const type = query.string('type', { oneOf: ['detail', 'summary'], fallback: slip('users-default-detail') ? 'detail' : 'summary' });
  const { start, end } = readWindow(query, { maxSpan: 90 * DAY });
  const { limit, offset } = readPaging(query);
  const found = sessionsOf(app, roomId).filter((s) => s.join >= start && s.join <= end
    && (!uid || s.uid === uid)
    && !(slip('users-failed-hidden') && s.failed)
    && (!nickname || s.nick_name === nickname)
    && (!regions || regions.includes(s.region) || (!slip('users-region-no-abbreviation') && regions.includes(REGIONS[s.region])))
    && (!isps || isps.includes(s.isp)));
  const inState = (s) => !states || states.includes(stateOf(s));
  const lines = (type === 'summary' ? summarize(found) : found)
    .sort((a, b) => b.join - a.join || (a.session < b.session ? -1 : 1));
  if (slip('users-state-after-paging')) {
    const page = lines.slice(offset, offset + limit).filter(inState);
    return { body: { total: page.length, limit, offset, users: page.map(userView) } };
  }
  const users = lines.filter(inState);
  return { body: { total: users.length, limit, offset, users: users.slice(offset, offset + limit).map(userView) } };
}

// The full minutes of a window; its end is not part of it.
function minutesOf({ start, end }) {
  const minutes = [];
  const last = Math.min(end, Date.now());
  for (let t = Math.ceil(start / MINUTE) * MINUTE; t < last; t += MINUTE) minutes.push(t);
  return minutes;
}

const present = (s, t) => (slip('scale-counts-the-gone') ? !s.failed && s.join <= t : isOnline(s, t));
const onlineUsers = (sessions, t) => new Set(sessions.filter((s) => present(s, t)).map(userKey)).size;
const onlineRooms = (sessions, t) => new Set(sessions.filter((s) => isOnline(s, t)).map((s) => s.room_id)).size;

// 13.3
export function realtimeScale(ctx) {
  checkProject(ctx);
  const query = new QueryParams(ctx.query, 'data');
  const app = readApp(ctx, query);
  const roomId = query.string('room_id');
  const metric = query.string('metric', { required: true, oneOf: ['OnlineUsers', 'RoomCount'] });
  const window = readWindow(query, { maxSpan: DAY });
  const sessions = sessionsOf(app, slip('scale-room-ignored') ? undefined : roomId)
    .filter((s) => s.join <= window.end && leftAt(s) >= window.start);
  const count = metric === 'OnlineUsers' ? onlineUsers : onlineRooms;
  return { body: { scale: minutesOf(window).map((t) => ({ time: formatTime(t), value: count(sessions, t) })) } };
}

const DIMENSIONS = {
  region: (s) => REGIONS[s.region] ?? 'OT',
  access_net: (s) => s.access_net,
  platform: (s) => s.platform,
  sdk: (s) => s.sdk,
};

// 13.4
export function scaleDimension(ctx) {
  checkProject(ctx);
  const query = new QueryParams(ctx.query, 'data');
  const app = readApp(ctx, query);
  const roomId = query.string('room_id');
  query.string('metric', { required: true, oneOf: ['OnlineUsers'] });
  const dimension = query.string('dimension', { required: true, oneOf: Object.keys(DIMENSIONS) });
  const time = query.time('time', { required: true });
  const groups = new Map();
  for (const s of sessionsOf(app, slip('dimension-room-ignored') ? undefined : roomId)) {
    if (!isOnline(s, time)) continue;
    const value = DIMENSIONS[dimension](s);
    if (!groups.has(value)) groups.set(value, new Set());
    groups.get(value).add(userKey(s));
  }
  const dimensions = [...groups].map(([value, users]) => ({ dimension: value, online_users: users.size }))
    .sort((a, b) => (slip('dimension-ascending') ? -1 : 1) * (b.online_users - a.online_users) || (a.dimension < b.dimension ? -1 : 1));
  return { body: { dimensions } };
}

const round = (value) => Math.round(value * 10000) / 10000;
const mean = (list) => (list.length ? list.reduce((a, b) => a + b, 0) / list.length : 0);
const share = (list, test) => (list.length ? list.filter(test).length / list.length : 0);
const hasVideo = (s) => s.media !== 'audio';

// A reproducible ripple of a session's metric around its base value.
function wobble(session, t) {
  let h = Number.parseInt(session.session.slice(0, 7), 16) ^ (t / MINUTE);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return 0.9 + (((h ^ (h >>> 13)) >>> 0) % 1000) / 5000;
}

// Rates around joining look at the joins of an interval, the others at who is in the call.
const JOIN_METRICS = {
  JoinSuccessRate: (joins) => share(joins, (s) => !s.failed),
  JoinSuccess5SecsRate: (joins) => share(joins, (s) => !s.failed && s.join_ms <= 5000),
};
const CALL_METRICS = {
  VideoFreezeRate: { field: 'video_freeze', only: hasVideo },
  AudioFreezeRate: { field: 'audio_freeze' },
  VideoUpstreamExcellentTransRate: { field: 'video_up', only: hasVideo },
  AudioUpstreamExcellentTransRate: { field: 'audio_up' },
  VideoExcellentTransRate: { field: 'video_e2e', only: hasVideo },
  AudioExcellentTransRate: { field: 'audio_e2e' },
};

function minuteValue(metric, sessions, t) {
  const join = JOIN_METRICS[metric];
  if (join) return round(join(sessions.filter((s) => s.join >= t && s.join < t + MINUTE)));
  const { field, only = () => true } = CALL_METRICS[metric];
  const values = sessions.filter((s) => isOnline(s, t) && only(s)).map((s) => Math.min(1, s[field] * wobble(s, t)));
  return round(mean(values));
}

function minuteSeries(ctx, metrics) {
  checkProject(ctx);
  const query = new QueryParams(ctx.query, 'data');
  const app = readApp(ctx, query);
  const roomId = query.string('room_id');
  const metric = query.string('metric', { required: true, oneOf: metrics });
  const sdkType = query.string('sdk_type', { required: true, oneOf: SDK_TYPES });
  const window = readWindow(query, { maxSpan: DAY });
  const matches = (s) => {
    if (slip('quality-sdk-swapped') && metrics === QUALITY) return s.sdk_type !== sdkType;
    return s.sdk_type === sdkType || (slip('network-sdk-ignored') && metrics === NETWORK);
  };
  const sessions = sessionsOf(app, roomId).filter((s) => matches(s)
    && s.join <= window.end && leftAt(s) >= window.start);
  return minutesOf(window).map((t) => ({ time: formatTime(t), value: minuteValue(metric, sessions, t) }));
}

const QUALITY = ['JoinSuccessRate', 'JoinSuccess5SecsRate', 'VideoFreezeRate', 'AudioFreezeRate'];
const NETWORK = ['VideoUpstreamExcellentTransRate', 'AudioUpstreamExcellentTransRate', 'VideoExcellentTransRate', 'AudioExcellentTransRate'];

export const realtimeQuality = (ctx) => ({ body: { quality: minuteSeries(ctx, QUALITY) } }); // 13.5
export const realtimeNetwork = (ctx) => ({ body: { network: minuteSeries(ctx, NETWORK) } }); // 13.6

const overlap = (from, to, day) => Math.max(0, Math.min(to, day + DAY) - Math.max(from, day));
const seconds = (ms) => Math.round(ms / SECOND);

function daysOf(start, end) {
  const days = [];
  for (let day = start; day <= end; day += DAY) days.push(day);
  return days;
}

// 13.7: the current day is included as far as it has passed.
export function historyUsage(ctx) {
  checkProject(ctx);
  const query = new QueryParams(ctx.query, 'data');
  const app = readApp(ctx, query);
  const metric = query.string('metric', { required: true, oneOf: ['CommunicationDuration', 'TranscodeDuration', 'RecordDuration'] });
  const start = query.date('start_date', { required: true });
  const end = query.date('end_date', { required: true });
  if (start > end || end - start > 366 * DAY) throw query.invalid('start_date');
  const now = Date.now();
  const intervals = usageIntervals(app, metric, now);
  const last = slip('usage-end-exclusive') ? end - DAY : end;
  const usage = daysOf(start, Math.min(last, midnight(now))).map((day) => {
    const line = { date: formatDate(day), video_sd: 0, video_hd: 0, video_hdp: 0, audio: 0, total_duration: 0 };
    for (const { from, to, media } of intervals) {
      const part = Math.round(seconds(overlap(from, to, day)) / (slip('usage-in-minutes') ? 60 : 1));
      line[media] += part;
      line.total_duration += part;
    }
    if (slip('usage-long-as-text')) for (const key of Object.keys(line)) line[key] = String(line[key]);
    return line;
  });
  return { body: { usage } };
}

// The finished days of a request for daily history: at most 31 days, none older than 31 days.
function readDays(query, withToday, longest = 31) {
  const today = midnight(Date.now());
  const end = query.date('end_date', { fallback: today });
  const start = query.date('start_date', { fallback: Math.min(end, today - DAY) });
  if (start > end || end - start >= longest * DAY || start < today - 31 * DAY) throw query.invalid('start_date');
  return daysOf(start, Math.min(end, withToday ? today : today - DAY));
}

// The largest number of keys that were online at the same moment of the day.
function peak(sessions, day, keyOf) {
  const steps = [];
  for (const s of sessions) {
    const from = Math.max(s.join, day);
    const to = Math.min(leftAt(s), day + DAY);
    if (!s.failed && from < to) steps.push([from, 1, keyOf(s)], [to, -1, keyOf(s)]);
  }
  steps.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const open = new Map();
  let max = 0;
  for (const [, step, key] of steps) {
    const n = (open.get(key) ?? 0) + step;
    if (n > 0) open.set(key, n); else open.delete(key);
    max = Math.max(max, open.size);
  }
  return max;
}

const joinedOn = (day) => (s) => s.join >= day && s.join < day + DAY;
const succeeded = (s) => !s.failed;

function talkTime(sessions, day, test) {
  const now = Date.now();
  return sessions.filter((s) => !s.failed && test(s))
    .reduce((sum, s) => sum + seconds(overlap(s.join, s.leave ?? now, day)), 0);
}

const SCALE = {
  UserCount: ['user_count', ({ sessions, day }) => new Set(sessions.filter(joinedOn(day)).filter(succeeded)
    .map(slip('user-count-by-uid') ? (s) => s.uid : userKey)).size],
  SessionCount: ['session_count', ({ sessions, day }) => sessions.filter(joinedOn(day)).filter(succeeded).length],
  RoomCount: ['room_count', ({ rooms, day }) => rooms.filter((r) => r.start >= day && r.start < day + DAY).length],
  MaxOnlineUserCount: ['max_online_user_count', ({ sessions, day }) => peak(sessions, day, userKey)],
  MaxOnlineRoomCount: ['max_online_room_count', ({ sessions, day }) => peak(sessions, day, (s) => s.room_id)],
  CommunicationDuration: ['communication_duration', ({ sessions, day }) => talkTime(sessions, day, () => true)],
  VideoCommunicationDuration: ['video_communication_duration', ({ sessions, day }) => talkTime(sessions, day, hasVideo)],
  AudioCommunicationDuration: ['audio_communication_duration', ({ sessions, day }) => talkTime(sessions, day, (s) => !hasVideo(s))],
};

function dailyTable(ctx, table) {
  checkProject(ctx);
  const query = new QueryParams(ctx.query, 'data');
  const app = readApp(ctx, query);
  const metrics = query.list('metric', { required: true, oneOf: Object.keys(table) });
  const days = readDays(query, table === SCALE && slip('history-shows-today'), table === SCALE && slip('history-scale-30-days') ? 30 : 31);
  const sessions = sessionsOf(app);
  const rooms = roomsOf(app);
  return days.map((day) => {
    const line = { date: formatDate(day) };
    for (const metric of metrics) {
      const [field, compute] = table[metric];
      line[field] = compute({ sessions, rooms, day });
    }
    return line;
  });
}

// 13.8
export const historyScale = (ctx) => ({ body: { scale: dailyTable(ctx, SCALE) } });

function median(list) {
  if (!list.length) return 0;
  if (slip('delay-mean-not-median')) return mean(list);
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const joinsOf = ({ sessions, day }) => sessions.filter(joinedOn(day));
const callsOf = (data, test = () => true) => joinsOf(data).filter((s) => !s.failed && test(s));
const average = (field, test) => (data) => round(mean(callsOf(data, test).map((s) => s[field])));

const DAILY_QUALITY = {
  JoinSuccessRate: ['join_success_rate', (data) => round(JOIN_METRICS.JoinSuccessRate(joinsOf(data)))],
  JoinSuccess5SecsRate: ['join_success_in5secs_rate', (data) => round(JOIN_METRICS.JoinSuccess5SecsRate(joinsOf(data)))],
  VideoFreezeRate: ['video_freeze_rate', average('video_freeze', hasVideo)],
  AudioFreezeRate: ['audio_freeze_rate', average('audio_freeze')],
  FirstVideoRecvTime: ['first_video_recv_time', (data) => Math.round(mean(callsOf(data, hasVideo).map((s) => s.first_video_ms)))],
  FirstAudioRecvTime: ['first_audio_recv_time', (data) => Math.round(mean(callsOf(data).map((s) => s.first_audio_ms)))],
  PullStreamSuccessRate: ['pull_stream_success_rate', (data) => round(share(callsOf(data), (s) => s.pull_ok))],
  PushStreamSuccessRate: ['push_stream_success_rate', (data) => round(share(callsOf(data), (s) => s.push_ok))],
  VideoUpstreamExcellentTransRate: ['video_upstream_excellent_trans_rate', average('video_up', hasVideo)],
  AudioUpstreamExcellentTransRate: ['audio_upstream_excellent_trans_rate', average('audio_up')],
  VideoExcellentTransRate: ['video_excellent_trans_rate', average('video_e2e', hasVideo)],
  AudioExcellentTransRate: ['audio_excellent_trans_rate', average('audio_e2e')],
  VideoTransDelay: ['video_trans_delay', (data) => median(callsOf(data, hasVideo).map((s) => s.video_delay))],
  AudioTransDelay: ['audio_trans_delay', (data) => median(callsOf(data).map((s) => s.audio_delay))],
};

// 13.9
export const historyQuality = (ctx) => ({ body: { quality: dailyTable(ctx, DAILY_QUALITY) } });
