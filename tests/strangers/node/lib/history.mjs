// Seeds the traffic of the past month. Everything in chapter 13 is computed from these sessions.
import { store } from './store.mjs';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
export const HISTORY_DAYS = 33;

function randomSource(seed) {
  let a = seed;
  const next = () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    int: (min, max) => min + Math.floor(next() * (max - min + 1)),
    pick: (list) => list[Math.floor(next() * list.length)],
    chance: (p) => next() < p,
    hex: (n) => Array.from({ length: n }, () => Math.floor(next() * 16).toString(16)).join(''),
  };
}

export const REGIONS = {
  其他: 'OT', 北京: 'BJ', 天津: 'TJ', 重庆: 'CQ', 上海: 'SH', 广东: 'GD', 海南: 'HI', 广西: 'GX', 云南: 'YN',
  山西: 'SX', 河北: 'HE', 内蒙古: 'NM', 宁夏: 'NX', 辽宁: 'LN', 吉林: 'JL', 黑龙江: 'HL', 江苏: 'JS', 浙江: 'ZJ',
  江西: 'JX', 山东: 'SD', 福建: 'FJ', 安徽: 'AH', 四川: 'SC', 西藏: 'XZ', 陕西: 'SN', 青海: 'QH', 新疆: 'XJ',
  甘肃: 'GS', 贵州: 'GZ', 湖北: 'HB', 湖南: 'HN', 河南: 'HA', 香港: 'HK', 澳门: 'MO', 台湾: 'TW',
};
const SEEDED_REGIONS = ['广东', '广东', '北京', '上海', '浙江', '陕西', '四川', '湖北'];
const DEVICES = [
  { device_model: 'Huawei-HMA-AL00', platform: 'android 10', sdk: '2.0.5', sdk_type: 'native' },
  { device_model: 'Redmi Note 7', platform: 'android 10', sdk: '2.0.4', sdk_type: 'native' },
  { device_model: 'iphone', platform: 'iOS 14.4', sdk: '2.0.5', sdk_type: 'native' },
  { device_model: 'MacBook Pro', platform: 'web-Mac10_15_4', sdk: '1.4.0', sdk_type: 'webrtc' },
  { device_model: 'PC', platform: 'web-Windows10', sdk: '1.5.2', sdk_type: 'webrtc' },
];
const JOIN_FACTORS = [1, 3, 5, 7, 9, 90000004];
const CALL_FACTORS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18];
const MEDIA = ['video_sd', 'video_hd', 'video_hd', 'video_hdp', 'audio'];

function buildUsers(random, prefix) {
  return Array.from({ length: 18 }, (_, i) => ({
    uid: `${prefix}user${String(i + 1).padStart(3, '0')}`,
    nick_name: `${prefix}nick${i + 1}`,
    ip: `113.${random.int(64, 140)}.${random.int(1, 254)}.${random.int(1, 254)}`,
    region: random.pick(SEEDED_REGIONS),
    isp: random.pick(['CTCC', 'CMCC', 'CUCC']),
    access_net: random.pick(['wifi', '4g', '5g', 'ethernet']),
    ...random.pick(DEVICES),
  }));
}

function addSession(random, room, user, join, leave, { failed = false, speaker = false } = {}) {
  const connectMs = random.chance(0.1) ? random.int(5200, 9000) : random.int(300, 2500);
  const session = {
    ...user,
    app_id: room.app_id,
    domain: room.domain,
    room_id: room.room_id,
    room_uuid: room.room_uuid,
    session: random.hex(32),
    failed,
    join,
    leave: failed ? null : leave,
    role: !speaker && random.chance(0.25) ? 'player' : random.pick(['joiner', 'publisher']),
    media: random.pick(MEDIA),
    join_ms: connectMs,
    first_video_ms: random.int(200, 900),
    first_audio_ms: random.int(100, 500),
    push_ok: random.chance(0.97),
    pull_ok: random.chance(0.95),
    video_freeze: random.next() * 0.06,
    audio_freeze: random.next() * 0.03,
    video_up: 0.9 + random.next() * 0.1,
    audio_up: 0.92 + random.next() * 0.08,
    video_e2e: 0.88 + random.next() * 0.12,
    audio_e2e: 0.9 + random.next() * 0.1,
    video_delay: random.int(40, 220),
    audio_delay: random.int(30, 180),
  };
  store.sessions.push(session);
  room.sessions.push(session);
  return session;
}

function addEvents(random, room, now) {
  const add = (session, time, type, factor, remote) => {
    const peers = room.sessions.filter((s) => s.uid !== session.uid && !s.failed);
    const peer = remote && peers.length ? random.pick(peers).uid : '';
    store.events.push({
      app_id: room.app_id, room_id: room.room_id, uid: session.uid, session, time,
      stage: type === 1 ? 'join_room' : 'communication',
      location: peer ? 'remote' : 'local', peer_uid: peer, type, factor,
    });
  };
  for (const session of room.sessions) {
    if (session.failed || session.join_ms > 5000) add(session, session.join, 1, random.pick(JOIN_FACTORS), false);
    if (session.failed) continue;
    const span = (session.leave ?? now) - session.join;
    for (let i = random.int(0, 3); i > 0; i--) {
      const time = session.join + Math.floor((random.next() * span) / 1000) * 1000;
      add(session, time, random.pick([2, 3]), random.pick(CALL_FACTORS), random.chance(0.5));
    }
  }
}

function addRoom(random, app, users, name, start, end, now) {
  const room = {
    app_id: app.app_id, domain: app.domain, room_id: name, room_uuid: random.hex(32),
    start, end, sessions: [], recorded: random.chance(0.4), mixed: random.chance(0.3),
  };
  store.rooms.push(room);
  const last = end ?? now;
  const span = last - start;
  const second = (ms) => Math.floor(ms / 1000) * 1000;
  const chosen = [...users].sort(() => random.next() - 0.5).slice(0, random.int(4, 7));
  chosen.forEach((user, i) => {
    const join = i === 0 ? start : start + second(random.next() * span * 0.5);
    if (i > 1 && random.chance(0.15)) {
      addSession(random, room, user, join, null, { failed: true });
      return;
    }
    const stays = i < 3;
    let leave = stays ? end : join + second((last - join) * (0.4 + random.next() * 0.5));
    if (leave === join) leave = join + 1000;
    if (i > 3 && random.chance(0.4) && span > 10 * MINUTE) {
      const pause = join + second((leave - join) / 3);
      addSession(random, room, user, join, pause);
      addSession(random, room, user, pause + 2000, leave);
    } else {
      addSession(random, room, user, join, leave, { speaker: i === 0 });
    }
  });
  addEvents(random, room, now);
  return room;
}

const visitors = randomSource(1);

// Somebody joins now, by the test door; the room is opened if it has to be.
export function enterRoom(app, open, roomId, uid) {
  const now = Math.floor(Date.now() / 1000) * 1000;
  const room = open ?? {
    app_id: app.app_id, domain: app.domain, room_id: roomId, room_uuid: visitors.hex(32),
    start: now, end: null, sessions: [], recorded: false, mixed: false, auto: app.auto_record_mode.mode !== 'AUTO_RECORD_OFF',
  };
  if (!open) store.rooms.push(room);
  const [user] = buildUsers(visitors, '');
  return addSession(visitors, room, { ...user, uid, nick_name: uid }, now, null, { speaker: true });
}

export function seedApplication(app, prefix, seed) {
  const random = randomSource(seed);
  const users = buildUsers(random, prefix);
  const now = Math.floor(Date.now() / 1000) * 1000;
  const today = Math.floor(now / DAY) * DAY;
  const running = [];
  for (let back = HISTORY_DAYS; back >= 0; back--) {
    const midnight = today - back * DAY;
    const label = new Date(midnight).toISOString().slice(5, 10).replace('-', '');
    for (let n = random.int(2, 4); n > 0; n--) {
      const start = midnight + random.int(0, 23 * 60) * MINUTE + random.int(0, 59) * 1000;
      const end = start + random.int(15, 100) * MINUTE + random.int(0, 59) * 1000;
      if (end < now - 2 * HOUR) addRoom(random, app, users, `${prefix}room${label}-${n}`, start, end, now);
    }
  }
  const fresh = randomSource(seed + 500); // the present looks the same at any time of the day
  addRoom(fresh, app, users, `${prefix}recent1`, now - 55 * MINUTE, now - 35 * MINUTE, now);
  addRoom(fresh, app, users, `${prefix}recent2`, now - 28 * MINUTE, now - 6 * MINUTE, now);
  [150, 45, 20].forEach((minutes, i) => {
    running.push(addRoom(fresh, app, users, `${prefix}live${i + 1}`, now - minutes * MINUTE, null, now));
  });
  return running;
}
