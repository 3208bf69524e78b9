// 13.10 to 13.14: what single users experienced.
import { formatTime, QueryParams } from './params.mjs';
import { store } from './store.mjs';
import { checkProject, readApp, readPaging, readWindow, sessionsOf } from './stats.mjs';
import { slip } from './slips.mjs';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const RETENTION = 5 * DAY;

const TYPE_TEXT = { 1: '进房慢(5s加入房间失败)', 2: '视频卡顿', 3: '音频卡顿' };
const JOIN_TEXT = {
  1: '建链失败', 2: '房间非空闲', 3: '服务器异常', 4: '服务器反馈503', 5: '鉴权失败', 6: '鉴权重试', 7: '时钟同步失败',
  8: 'url错误', 9: '终端内部异常', 15: '浏览器设置sdp异常', 90000004: 'SDK发出的加入房间信令响应超时',
  90100009: 'web侧没有收到MSP下发的配置信息', 90100008: 'websocket链路建链失败', 10000001: '服务侧返回的异常信息',
  31000003: '服务侧返回的异常信息', 32000030: '服务侧返回的异常信息',
};
const CALL_TEXT = {
  1: '系统CPU占用高', 2: 'App CPU占用高', 3: '音频上行网络延时', 4: '音频上行网络抖动', 5: '视频上行网络延时',
  6: '视频上行网络抖动', 7: '音频下行网络延时', 8: '音频下行网络抖动', 9: '视频下行网络延时', 10: '视频下行网络抖动',
  11: '上行音频丢包', 12: '上行视频丢包', 13: '下行音频丢包', 14: '下行视频丢包', 15: '下行音频无声音', 16: '其他',
  17: '对端用户离线', 18: '对端用户无码流', 19: '对端用户无帧率', 20: '本端服务器下行无码流', 21: '本端服务器下行无帧率',
};
const factorText = (type, factor) => (type === 1 ? JOIN_TEXT : CALL_TEXT)[factor] ?? '其他';

// name -> [lowest, highest] value of a seeded measurement
const MIDS = {
  appcpu: [5, 45], syscpu: [15, 80], abit: [24, 64], vbit: [300, 1800], dbit: [100, 900], vfps: [10, 30], dfps: [5, 15],
  vblock: [0, 6], dblock: [0, 6], aloss: [0, 5], vloss: [0, 5], dloss: [0, 5], vwidth: [640, 640], vheight: [360, 360],
  dwidth: [1280, 1280], dheight: [720, 720], ajitter: [1, 40], artt: [20, 180], vjitter: [1, 50], vrtd: [20, 200],
  djitter: [1, 50], drtt: [20, 200],
};

function measure(session, peer, mid, t) {
  const [low, high] = MIDS[mid];
  let h = t / MINUTE;
  for (const c of session.session.slice(0, 8) + peer + mid) h = Math.imul(h ^ c.charCodeAt(0), 0x01000193);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return Math.round((low + ((h >>> 0) % 1000) / 1000 * (high - low)) * 100) / 100;
}

// start_time and end_time are required in 13.10 to 13.12 and must lie within the last 5 days.
function readRecentWindow(query, maxSpan, retention = RETENTION) {
  const start = query.time('start_time', { required: true });
  const end = query.time('end_time', { required: true });
  if (start > end || end - start > maxSpan || start < Date.now() - retention) throw query.invalid('start_time');
  return { start, end };
}

function minutesOnline(session, { start, end }) {
  const from = Math.max(session.join, start);
  const to = Math.min(session.leave ?? Date.now(), end);
  const minutes = [];
  for (let t = Math.ceil(from / MINUTE) * MINUTE; t < to; t += MINUTE) minutes.push(t);
  return minutes;
}

const valueOf = (number) => (slip('qos-value-text') ? String(number) : number);

// 13.10
export function qosDetails(ctx) {
  checkProject(ctx);
  const query = new QueryParams(ctx.query, 'data');
  const app = readApp(ctx, query, 'app_id');
  const roomId = query.string('room_id', { required: true });
  const asked = query.list('mid', { required: true, oneOf: ['all', ...Object.keys(MIDS)] });
  const userId = query.string('user_id');
  const peerId = query.string('peer_id');
  const streamId = query.string('stream_id');
  const domain = query.string('domain');
  const direction = query.string('direction', { oneOf: ['up', 'down'] });
  query.string('time_type', { oneOf: ['stime', 'ctime'] });
  const window = readRecentWindow(query, userId ? RETENTION : DAY);
  const limit = query.integer('limit', { fallback: Infinity, min: 1 });
  const offset = query.integer('offset', { fallback: 0, min: 0 });
  const all = Object.keys(MIDS).filter((mid) => !(slip('qos-all-without-auxiliary') && mid.startsWith('d')));
  const mids = asked.includes('all') ? all : asked;

  const inRoom = sessionsOf(app, roomId).filter((s) => !s.failed && (!domain || s.domain === domain)
    && (!streamId || s.session === streamId));
  const series = new Map();
  for (const session of inRoom) {
    if (userId && session.uid !== userId) continue;
    const others = new Set(inRoom.map((s) => s.uid).filter((uid) => uid !== session.uid));
    const peers = [
      ...(direction === 'down' ? [] : ['0']), // 0 stands for the user's own upstream
      ...(direction === 'up' ? [] : others),
    ].filter((peer) => !peerId || peer === peerId);
    const minutes = minutesOnline(session, window);
    for (const peer of minutes.length ? peers : []) {
      for (const mid of mids) {
        const key = JSON.stringify([session.uid, peer, mid]);
        if (!series.has(key)) series.set(key, { uid: session.uid, peerid: peer, mid, data: [] });
        series.get(key).data.push(...minutes.map((t) => ({ time: formatTime(t), value: valueOf(measure(session, peer, mid, t)) })));
      }
    }
  }
  for (const line of series.values()) line.data.sort((a, b) => (a.time < b.time ? -1 : 1));
  return { body: { room_id: roomId, data: [...series.values()].slice(offset, offset + limit) } };
}

function eventsOf(app, { roomId, uid, start, end }) {
  return store.events.filter((e) => e.app_id === app.app_id && e.time >= start && e.time <= end
    && (!roomId || e.room_id === roomId) && (!uid || (slip('abnormal-uid-prefix') ? e.uid.startsWith(uid) : e.uid === uid)));
}

function readEvents(ctx, maxSpan = HOUR, retention = RETENTION) {
  checkProject(ctx);
  const query = new QueryParams(ctx.query, 'plain');
  const app = readApp(ctx, query, 'app_id');
  const roomId = query.string('room_id');
  const events = eventsOf(app, { roomId, ...readRecentWindow(query, maxSpan, retention) });
  return { roomId, events: events.sort((a, b) => a.time - b.time) };
}

function eventInfo(e) {
  const { session: s } = e;
  return JSON.stringify({
    deviceModel: s.device_model,
    nickName: s.nick_name,
    failMessage: factorText(e.type, e.factor),
    accessNet: s.access_net,
    app: s.app_id,
    carrier: s.isp,
    ctime: formatTime(e.time),
    domain: s.domain,
    event: e.type,
    failReason: e.factor,
    ipIsp: s.isp,
    ipProvince: s.region,
    platform: s.platform,
    roomId: s.room_id,
    roomuid: s.room_uuid,
    session: s.session,
    start: s.join / SECOND,
    success: s.failed ? 0 : 1,
    uid: s.uid,
    peerUid: e.peer_uid,
    v: s.sdk,
  });
}

// 13.11
export function detailEvents(ctx) {
  const { events } = readEvents(ctx, slip('event-span-unlimited') ? DAY : HOUR);
  const data = events.map((e) => ({
    ctime: formatTime(e.time), event_id: String(e.factor), event_info: eventInfo(e),
  }));
  return { body: { data } };
}

// 13.12: the documented flat members describe the first user, `data` holds all of them.
export function projectAbnormalEvents(ctx) {
  const { roomId, events } = readEvents(ctx, HOUR, slip('abnormalevent-older-than-5-days') ? 30 * DAY : RETENTION);
  const users = new Map();
  for (const e of events) {
    const key = e.session.session;
    if (!users.has(key)) {
      users.set(key, {
        room_id: e.room_id, uid: e.uid, exp_id: String(Number.parseInt(key.slice(0, 7), 16)), abnormal_list: [],
      });
    }
    users.get(key).abnormal_list.push({ ts: formatTime(e.time), event_id: String(e.factor), peer_id: e.peer_uid });
  }
  const data = [...users.values()];
  const first = data[0] ?? { room_id: roomId ?? '', uid: '', exp_id: '', abnormal_list: null };
  return { body: { ...first, data } };
}

// 13.13
export function abnormalEvents(ctx) {
  const query = new QueryParams(ctx.query, 'data');
  const app = readApp(ctx, query);
  const roomId = query.string('room_id');
  const uid = query.string('uid');
  const window = readWindow(query, { maxSpan: DAY });
  const { limit, offset } = readPaging(query);
  const found = eventsOf(app, { roomId, uid, ...window }).sort((a, b) => b.time - a.time);
  const events = found.slice(offset, offset + limit).map((e) => ({
    time: formatTime(e.time),
    uid: e.uid,
    room_id: e.room_id,
    stage: e.stage,
    location: e.location,
    peer_uid: e.peer_uid || (slip('abnormal-peer-is-self') ? e.uid : ''),
    abnormal_type: e.type,
    abnormal_type_desc: TYPE_TEXT[e.type],
    abnormal_factor: e.factor,
    abnormal_factor_desc: factorText(e.type, e.factor),
  }));
  return { body: { total: found.length, events } };
}

// 13.14
export function abnormalDimension(ctx) {
  const query = new QueryParams(ctx.query, 'data');
  const app = readApp(ctx, query);
  const roomId = query.string('room_id');
  const wanted = query.list('dimension', { oneOf: ['abnormal_type', 'abnormal_factor'] })
    ?? ['abnormal_type', 'abnormal_factor'];
  if (slip('abnormal-one-dimension-only')) wanted.length = 1;
  const window = readWindow(query, { maxSpan: DAY });
  const groups = new Map();
  for (const e of eventsOf(app, { roomId, ...window })) {
    const line = {
      ...(wanted.includes('abnormal_type') && { abnormal_type: e.type, abnormal_type_desc: TYPE_TEXT[e.type] }),
      ...(wanted.includes('abnormal_factor') && {
        abnormal_factor: e.factor, abnormal_factor_desc: factorText(e.type, e.factor),
      }),
    };
    const key = JSON.stringify(line);
    if (!groups.has(key)) groups.set(key, { line, users: new Set() });
    groups.get(key).users.add(slip('abnormal-counts-events') ? e : e.uid);
  }
  const dimensions = [...groups.values()].map(({ line, users }) => ({ ...line, user_count: users.size }))
    .sort((a, b) => b.user_count - a.user_count);
  return { body: { dimensions } };
}
