// The test door stands in for the client SDK: people join rooms of any application, and leave them.
import { fail } from './errors.mjs';
import { BodyParams } from './params.mjs';
import { store } from './store.mjs';
import { enterRoom } from './history.mjs';
import { refreshAll, requireActive } from './jobs.mjs';
import { recordAutomatically } from './individual.mjs';
import { removeUsers, runningRoom } from './rooms.mjs';

const ROLES = ['joiner', 'publisher', 'player'];
const STREAMS = ['AUDIO', 'CAMERASTREAM', 'SCREENSTREAM'];

function findPlace({ params }) {
  const app = store.apps.get(params.app_id);
  if (!app) fail('AppNotExist');
  const room = runningRoom(app, params.room_id);
  return { app, room, session: room?.sessions.find((s) => s.uid === params.user_id && !s.failed && s.leave === null) };
}

// The user is in the room, in that role, with those streams: joins, or changes.
export function joinRoom(ctx) {
  const body = new BodyParams(ctx.body ?? {});
  const role = body.string('role', { oneOf: ROLES, fallback: 'joiner' });
  const streams = body.array('streams', { items: (s) => STREAMS.includes(s), fallback: ['AUDIO', 'CAMERASTREAM'] });
  const place = findPlace(ctx);
  if (!place.session) requireActive(place.app); // 5.6: nobody can join any more
  refreshAll();
  const session = place.session ?? enterRoom(place.app, place.room, ctx.params.room_id, ctx.params.user_id);
  session.role = role;
  session.streams = streams;
  session.media = streams.includes('CAMERASTREAM') ? 'video_hd' : 'audio';
  recordAutomatically(place.app, session, streams);
  refreshAll();
  return { body: { session: session.session } };
}

export function leaveRoom(ctx) {
  const { room, session } = findPlace(ctx);
  if (!session) fail('RoomNotExist');
  removeUsers(room, (s) => s === session);
  return { status: 204 };
}
