// Chapter 11: rooms.
import { fail } from './errors.mjs';
import { BodyParams } from './params.mjs';
import { store } from './store.mjs';
import { findApp } from './apps.mjs';
import { refreshAll } from './jobs.mjs';
import { slip } from './slips.mjs';

export function runningRoom(app, roomId) {
  return store.rooms.find((r) => r.app_id === app.app_id && r.room_id === roomId && r.end === null);
}

const wholeSecond = () => Math.floor(Date.now() / 1000) * 1000;

export function removeUsers(room, leaves, { stay = false, open = false } = {}) {
  refreshAll();
  const now = wholeSecond();
  const online = room.sessions.filter((s) => !s.failed && s.leave === null);
  for (const s of online) if (leaves(s) && !stay) s.leave = Math.max(now, s.join);
  if (!open && (stay || online.every((s) => s.leave !== null))) room.end = Math.max(now, room.start);
  refreshAll();
}

// 11.1: users that are not in the room are passed over.
export function kickUsers(ctx) {
  const app = findApp(ctx);
  const ids = new BodyParams(ctx.body).array('user_ids', {
    required: true, nonEmpty: true, items: (id) => typeof id === 'string' && id !== '',
  });
  const room = runningRoom(app, ctx.params.room_id);
  if (!room) fail('InvalidParameterValue', 'room_id');
  const wanted = new Set(slip('kick-first-only') ? ids.slice(0, 1) : ids);
  removeUsers(room, (s) => wanted.has(s.uid), { open: slip('kick-leaves-room-open') });
  return { status: slip('kick-status-200') ? 200 : 202 };
}

// 11.2
export function dismissRoom(ctx) {
  const room = runningRoom(findApp(ctx), ctx.params.room_id);
  if (!room && slip('dismiss-unknown-room-202')) return { status: 202 };
  if (!room) fail('RoomNotExist');
  removeUsers(room, () => true, { stay: slip('dismiss-users-stay') });
  return { status: 202 };
}
