// Chapter 10: individual-stream jobs.
import { fail } from './errors.mjs';
import { BodyParams } from './params.mjs';
import { nowIso, store } from './store.mjs';
import { findApp } from './apps.mjs';
import { slip } from './slips.mjs';
import {
  findJob, IDLE, jobTimes, readRecordParam, requireActive, requireModifiable, startJob, stopJob, unfinishedJobs,
} from './jobs.mjs';

const SIZES = { LD: [320, 180], SD: [640, 360], HD: [1280, 720], FHD: [1920, 1080] };

function view(job) {
  return {
    job_id: job.job_id,
    stream_name: job.stream_name,
    app_id: job.app_id,
    room_id: job.room_id,
    user_id: job.user_id,
    is_record_audio: job.is_record_audio,
    video_type: job.video_type,
    select_stream_type: job.select_stream_type,
    max_idle_time: job.max_idle_time,
    record_param: job.record_param,
    ...jobTimes(job),
    ...(slip('individual-start-time-local') && { start_time: new Date(job.started + 8 * 3600 * 1000).toISOString() }),
  };
}

// 10.1
export function startIndividualJob(ctx) {
  const app = findApp(ctx);
  if (!slip('individual-start-when-disabled')) requireActive(app);
  const body = new BodyParams(ctx.body);
  const fields = {
    room_id: body.string('room_id', { required: true }),
    user_id: body.string('user_id', { required: !slip('individual-user-not-required') }),
    is_record_audio: body.boolean('is_record_audio', { fallback: !slip('individual-audio-default-false') }),
    video_type: body.string('video_type', { oneOf: ['CAMERASTREAM', 'SCREENSTREAM'], fallback: 'CAMERASTREAM' }),
    select_stream_type: body.string('select_stream_type', { oneOf: Object.keys(SIZES), fallback: 'FHD' }),
    max_idle_time: body.integer('max_idle_time', IDLE),
    record_param: readRecordParam(app, body),
  };
  fields.size = SIZES[fields.select_stream_type];
  const job = startJob(app, 'individual', fields, (other) => other.room_id === fields.room_id
    && other.user_id === fields.user_id && other.video_type === fields.video_type);
  job.stream_name = `s_${job.job_id}_${job.room_id}_${job.user_id}`;
  return { status: 201, body: view(job) };
}

const AUTOMATIC = [['CAMERASTREAM', true, 'av_m'], ['SCREENSTREAM', false, 'v_a']];

// 7.1: in a room that was opened while automatic recording was on, every picture is recorded by a job of its own.
export function recordAutomatically(app, session, streams) {
  const { mode, record_rule_id } = app.auto_record_mode;
  const room = store.rooms.find((r) => r.room_uuid === session.room_uuid);
  if (!room.auto || mode === 'AUTO_RECORD_OFF' || app.state.state !== 'ACTIVATION' || session.role === 'player') return;
  const { room_id, uid: user_id } = session;
  for (const [video_type, is_record_audio, suffix] of AUTOMATIC) {
    const same = (other) => other.room_id === room_id && other.user_id === user_id && other.video_type === video_type;
    const runs = unfinishedJobs(app.app_id).some((job) => job.kind === 'individual' && same(job));
    if (!streams.includes(video_type) || runs) continue;
    const job = startJob(app, 'individual', {
      room_id, user_id, is_record_audio, video_type, select_stream_type: 'FHD', size: SIZES.FHD,
      max_idle_time: IDLE.fallback, record_param: { record_rule_id },
    }, same);
    job.stream_name = `${app.app_id}_${room_id}_${user_id}_${suffix}`;
  }
}

// 10.2
export function showIndividualJob(ctx) {
  try {
    return { body: view(findJob(ctx, 'individual')) };
  } catch (error) {
    if (slip('individual-unknown-job-400') && error.code === 'RTC.00001008') fail('InvalidParameterValue');
    throw error;
  }
}

// 10.3
export const stopIndividualJob = (ctx) => stopJob(ctx, 'individual');

// 10.4: the record rule is all that can be changed.
export function updateIndividualJob(ctx) {
  const job = findJob(ctx, 'individual');
  requireModifiable(ctx, job);
  const recordParam = readRecordParam(findApp(ctx), new BodyParams(ctx.body ?? {}));
  if (recordParam) {
    const before = job.record_param;
    job.record_param = recordParam;
    job.updated = nowIso();
    if (slip('individual-put-lost')) {
      const body = view(job);
      job.record_param = before;
      return { body };
    }
  }
  return { body: view(job) };
}
