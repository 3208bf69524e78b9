import { createToken, listProjects } from './auth.mjs';
import {
  createApp, deleteApp, disableApp, enableApp, listApps, showApp,
} from './apps.mjs';
import {
  deleteRule, listRules, saveRule, showAutoRecord, showRecordCallback, showRule, updateAutoRecord,
  updateRecordCallback, updateRule,
} from './records.mjs';
import { showMixJob, startMixJob, stopMixJob, updateMixJob } from './mix.mjs';
import {
  showIndividualJob, startIndividualJob, stopIndividualJob, updateIndividualJob,
} from './individual.mjs';
import { dismissRoom, kickUsers } from './rooms.mjs';
import { joinRoom, leaveRoom } from './door.mjs';
import { authorizeBucket, listBuckets, listObjects } from './obs.mjs';
import {
  historyQuality, historyScale, historyUsage, listRooms, listUsers, realtimeNetwork, realtimeQuality,
  realtimeScale, scaleDimension,
} from './stats.mjs';
import {
  abnormalDimension, abnormalEvents, detailEvents, projectAbnormalEvents, qosDetails,
} from './details.mjs';

const body = { body: 'required' };
const obs = { obs: true, needsProjectHeader: false };
const noHeader = { needsProjectHeader: false };
const APP = '/v2/apps/{app_id}';
const DOOR = '/_control/rooms/{app_id}/{room_id}/users/{user_id}';
const STATS = '/v1/{project_id}/rtc';

const table = [
  ['POST', '/v3/auth/tokens', createToken, { ...body, open: true }],
  ['GET', '/v3/projects', listProjects, { needsProjectHeader: false, projectScope: false }],
  ['GET', '/v3/auth/projects', listProjects, { needsProjectHeader: false, projectScope: false }],

  ['POST', '/v2/apps', createApp, body],
  ['GET', '/v2/apps', listApps],
  ['GET', APP, showApp],
  ['DELETE', APP, deleteApp],
  ['POST', `${APP}/enable`, enableApp],
  ['POST', `${APP}/disable`, disableApp],

  ['POST', `${APP}/record-rules`, saveRule, body],
  ['GET', `${APP}/record-rules`, listRules],
  ['GET', `${APP}/record-rules/{rule_id}`, showRule],
  ['PUT', `${APP}/record-rules/{rule_id}`, updateRule, body],
  ['DELETE', `${APP}/record-rules/{rule_id}`, deleteRule],

  ['PUT', `${APP}/auto-record-mode`, updateAutoRecord, body],
  ['GET', `${APP}/auto-record-mode`, showAutoRecord],

  ['PUT', `${APP}/record-callback`, updateRecordCallback, body],
  ['GET', `${APP}/record-callback`, showRecordCallback],

  ['POST', `${APP}/mix-stream-jobs`, startMixJob, body],
  ['GET', `${APP}/mix-stream-jobs/{job_id}`, showMixJob],
  ['PUT', `${APP}/mix-stream-jobs/{job_id}`, updateMixJob, body],
  ['DELETE', `${APP}/mix-stream-jobs/{job_id}`, stopMixJob],

  ['POST', `${APP}/individual-stream-jobs`, startIndividualJob, body],
  ['GET', `${APP}/individual-stream-jobs/{job_id}`, showIndividualJob],
  ['DELETE', `${APP}/individual-stream-jobs/{job_id}`, stopIndividualJob],
  ['PUT', `${APP}/individual-stream-jobs/{job_id}`, updateIndividualJob, { body: 'optional' }],

  ['POST', `${APP}/rooms/{room_id}/batch-remove-users`, kickUsers, body],
  ['POST', `${APP}/rooms/{room_id}/dismiss`, dismissRoom],

  ['PUT', DOOR, joinRoom, { body: 'optional', open: true }],
  ['DELETE', DOOR, leaveRoom, { open: true }],

  ['GET', '/v2/rtc-ops/buckets', listBuckets, obs],
  ['GET', '/v2/rtc-ops/buckets/objects', listObjects, obs],
  ['PUT', '/v2/rtc-ops/buckets/authentication', authorizeBucket, { ...body, ...obs }],

  ['GET', '/v1/rtc/data/abnormal-events', abnormalEvents, noHeader],
  ['GET', '/v1/rtc/data/abnormal-event/dimension', abnormalDimension, noHeader],
  ['GET', `${STATS}/rooms`, listRooms],
  ['GET', `${STATS}/users`, listUsers],
  ['GET', `${STATS}/realtime/scale`, realtimeScale],
  ['GET', `${STATS}/realtime/scale/dimension`, scaleDimension],
  ['GET', `${STATS}/realtime/quality`, realtimeQuality],
  ['GET', `${STATS}/realtime/network`, realtimeNetwork],
  ['GET', `${STATS}/history/usage`, historyUsage],
  ['GET', `${STATS}/history/scale`, historyScale],
  ['GET', `${STATS}/history/quality`, historyQuality],
  ['GET', `${STATS}/client/qos/details`, qosDetails],
  ['GET', `${STATS}/client/event`, detailEvents],
  ['GET', `${STATS}/client/abnormalevent`, projectAbnormalEvents],
];

const routes = table.map(([method, path, handler, options = {}]) => ({
  needsProjectHeader: true,
  ...options,
  method,
  handler,
  names: [...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]),
  pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '([^/]+)')}/?$`),
}));

// {route, params}, or {allow} with the methods the path has, or null for an unknown path.
export function findRoute(method, path) {
  const allow = [];
  for (const route of routes) {
    const match = route.pattern.exec(path);
    if (!match) continue;
    if (route.method === method) {
      const params = Object.fromEntries(route.names.map((name, i) => [name, decodeURIComponent(match[i + 1])]));
      return { route, params };
    }
    allow.push(route.method);
  }
  return allow.length ? { allow } : null;
}
