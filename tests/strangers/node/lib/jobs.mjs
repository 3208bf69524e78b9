// Life of mix-stream and individual-stream jobs: INIT -> RUNNING -> STOPPED.
import { fail } from './errors.mjs';
import { newId, nowIso, store } from './store.mjs';
import { findApp } from './apps.mjs';
import { findRule } from './records.mjs';
import { endFiles, followStream } from './recording.mjs';
import { slip } from './slips.mjs';

const INIT_MS = 300;
const MAX_UNFINISHED_JOBS = 100;
const NEVER = '0001-01-01T00:00:00Z';

export const IDLE = { min: 5, max: 43200, fallback: 30 };

const isSpeaker = (session) => session.role === 'joiner' || session.role === 'publisher';

// Last moment at which the job's room had a joiner or publisher; Infinity while there is one.
function lastActivity(job) {
  let last = job.started;
  for (const s of store.sessions) {
    if (s.app_id !== job.app_id || s.room_id !== job.room_id || s.failed || !isSpeaker(s)) continue;
    if (s.leave === null) return Infinity;
    last = Math.max(last, s.leave);
  }
  return last;
}

// Brings the state of a job up to the present moment.
export function refresh(job) {
  const now = Date.now();
  if (job.state === 'INIT' && now - job.started >= INIT_MS) {
    job.state = 'RUNNING';
    followStream(job, job.started);
  }
  if (job.state === 'RUNNING') {
    followStream(job, now);
    const deadline = lastActivity(job) + job.max_idle_time * 1000;
    if (deadline <= now) finish(job, 'EXCEED_MAX_IDLE_TIME', deadline);
  }
  return job;
}

export function refreshAll() {
  for (const job of store.jobs.values()) if (job.state !== 'STOPPED') refresh(job);
}

function finish(job, reason, at = Date.now()) {
  job.state = 'STOPPED';
  job.stop_reason = reason;
  job.stopped = at;
  endFiles(job, at);
}

export const unfinishedJobs = (appId) => [...store.jobs.values()]
  .filter((job) => job.app_id === appId && refresh(job).state !== 'STOPPED');

export function requireActive(app) {
  if (app.state.state !== 'ACTIVATION') fail('AppDeactivation');
}

export function startJob(app, kind, fields, isSame) {
  const others = unfinishedJobs(app.app_id);
  if (others.some((job) => job.kind === kind && isSame(job))) fail('JobRunning');
  if (others.length >= MAX_UNFINISHED_JOBS) fail('JobExceed');
  const now = nowIso();
  const job = {
    kind, job_id: newId(), app_id: app.app_id, ...fields, created: now, updated: now,
    state: 'INIT', started: Date.parse(now), stopped: null, files: new Map(),
  };
  store.jobs.set(job.job_id, job);
  return job;
}

export function findJob(ctx, kind) {
  const app = findApp(ctx);
  const job = store.jobs.get(ctx.params.job_id);
  if (!job || job.kind !== kind || job.app_id !== app.app_id) fail('JobNotExist');
  return refresh(job);
}

export function requireModifiable(ctx, job) {
  requireActive(findApp(ctx));
  if (job.state === 'STOPPED' && !(slip('mix-put-after-stop') && job.kind === 'mix')) fail('JobDone');
  if (job.state === 'INIT') fail('JobNotInitialized');
}

export function stopJob(ctx, kind) {
  const job = findJob(ctx, kind);
  if (job.state === 'STOPPED') fail('JobDone');
  finish(job, 'TENANT_STOP');
  if (kind === 'mix' && slip('mix-stop-whole-room')) {
    for (const other of unfinishedJobs(job.app_id)) if (other.room_id === job.room_id) finish(other, 'TENANT_STOP');
  }
  if (kind === 'mix' && slip('mix-stop-time-missing')) job.stopped = null;
  if (kind === 'individual' && slip('individual-stop-forgets-job')) store.jobs.delete(job.job_id);
  return { status: 204 };
}

export function readRecordParam(app, body) {
  const params = body.object('record_param');
  if (!params) return undefined;
  const ruleId = params.string('record_rule_id', { required: true });
  findRule(app, ruleId);
  return { record_rule_id: ruleId };
}

export function jobTimes(job) {
  return {
    create_time: job.created,
    update_time: job.updated,
    state: job.state,
    ...(job.stop_reason && { stop_reason: job.stop_reason }),
    description: '',
    start_time: new Date(job.started).toISOString(),
    stop_time: job.stopped === null ? NEVER : new Date(job.stopped).toISOString(),
  };
}
