// Chapter 9: mix-stream jobs.
import { fail } from './errors.mjs';
import { BodyParams } from './params.mjs';
import { nowIso } from './store.mjs';
import { findApp } from './apps.mjs';
import { slip } from './slips.mjs';
import {
  findJob, IDLE, jobTimes, readRecordParam, requireActive, requireModifiable, startJob, stopJob,
} from './jobs.mjs';

const ENCODE_TEMPLATES = [
  '1920*1080_30_4620', '1920*1080_30_3150', '1920*1080_15_3460', '1920*1080_15_2080',
  '1280*720_30_3420', '1280*720_30_1710', '1280*720_15_2260', '1280*720_15_1130',
  '640*480_30_1500', '640*480_15_500', '640*480_30_1000', '480*360_30_490', '480*360_15_320',
];
const AUDIO_ONLY = 'audio_only';
const LAYOUTS = ['nine_grids_view', 'screen_share_left', 'screen_share_right', 'custom'];
const OBS_URI = /^s3:\/\/[^/\s]+\/\S+$/;
const MAX_PANES = { nine_grids_view: 25, screen_share_left: 17, screen_share_right: 17, custom: 25 };
const MAX_LAYERS = 25;

const isScreenShare = (layout) => layout === 'screen_share_left' || layout === 'screen_share_right';

// The table writes 1280*720, the examples 1280x720; both are taken.
const isEncodeTemplate = (text) => text === AUDIO_ONLY || ENCODE_TEMPLATES.includes(text.replace('x', '*'));

function readPane(pane, layout) {
  const filling = pane.string('filling_policy', { oneOf: ['FIXED_USER', 'SHARED_SCREEN'] });
  if (filling && !isScreenShare(layout)) fail('InvalidParameterCombination', pane.name('filling_policy'));
  const unit = { min: 0, max: 1 };
  return {
    id: pane.integer('id', { min: 1 }),
    user_id: pane.string('user_id', { allowEmpty: true }),
    video_type: pane.string('video_type', { oneOf: ['CAMERASTREAM', 'SCREENSTREAM'], fallback: 'CAMERASTREAM' }),
    x: pane.number('x', unit),
    y: pane.number('y', unit),
    width: pane.number('width', unit),
    height: pane.number('height', unit),
    zorder: pane.integer('zorder', { min: 0, max: MAX_LAYERS - 1 }),
    crop_mode: pane.string('crop_mode', { oneOf: ['KEEP_RATIO_PADDING', 'KEEP_RATIO_CROP'] }),
    filling_policy: filling,
  };
}

function readPanes(params, layout) {
  const list = params.objects('layout_panes');
  if (!list) return undefined;
  if (list.length > MAX_PANES[layout]) throw params.invalid('layout_panes');
  const panes = list.map((pane) => readPane(pane, layout));
  const ids = panes.map((pane) => pane.id).filter((id) => id !== undefined);
  if (new Set(ids).size !== ids.length) throw params.invalid('layout_panes');
  return panes;
}

function readUserImages(params) {
  return params.objects('user_background_images')?.map((image) => ({
    user_id: image.string('user_id', { required: true }),
    image_uri: image.string('image_uri', { required: true, pattern: OBS_URI }),
  }));
}

function readLayoutTemplate(params) {
  const layout = params.string('layout_template');
  if (layout !== undefined && !LAYOUTS.includes(layout)) fail('LayoutTemplateNotExist');
  return layout;
}

// Everything about the picture. Members that are not given stay undefined.
function readVideo(params, layout) {
  return {
    layout_template: layout,
    default_user_background_image: params.string('default_user_background_image', { pattern: OBS_URI }),
    screen_background_image: params.string('screen_background_image', { pattern: OBS_URI }),
    background_image: params.string('background_image', { pattern: OBS_URI }),
    layout_panes: readPanes(params, layout),
    user_background_images: readUserImages(params),
  };
}

function requirePanes(layout, panes) {
  if (layout !== 'nine_grids_view' && !panes?.length) fail('InvalidParameterCombination', 'layout_panes');
}

function view(job) {
  return {
    job_id: job.job_id,
    stream_name: job.stream_name,
    app_id: job.app_id,
    room_id: job.room_id,
    mix_param: { ...job.mix_param, max_idle_time: job.max_idle_time },
    record_param: job.record_param,
    ...jobTimes(job),
  };
}

// 9.1
export function startMixJob(ctx) {
  const app = findApp(ctx);
  requireActive(app);
  const body = new BodyParams(ctx.body);
  const params = body.object('mix_param', { required: true });
  const roomId = params.string('room_id', { required: true });
  const template = params.string('encode_template', { required: true });
  if (!isEncodeTemplate(template)) throw params.invalid('encode_template');
  const idle = { ...IDLE };
  if (slip('mix-idle-default-60')) idle.fallback = 60;
  if (slip('mix-idle-5-refused')) idle.min = 6;
  const maxIdle = params.integer('max_idle_time', idle);
  let video = {};
  if (template !== AUDIO_ONLY || slip('mix-audio-needs-layout')) {
    const layout = readLayoutTemplate(params);
    if (!layout) fail('InvalidParameterCombination', 'layout_template');
    video = readVideo(params, layout);
    requirePanes(layout, video.layout_panes);
  }
  const recordParam = readRecordParam(app, body);
  const job = startJob(app, 'mix', {
    room_id: roomId,
    max_idle_time: maxIdle,
    mix_param: { room_id: roomId, encode_template: template, ...video },
    record_param: recordParam,
    size: template === AUDIO_ONLY ? [0, 0] : template.split('_')[0].split(/[x*]/).map(Number),
  }, (other) => other.room_id === roomId);
  job.stream_name = `${slip('mix-stream-name-s') ? 's' : 'm'}_${job.job_id}_${roomId}`;
  return { status: 201, body: view(job) };
}

// 9.2
export function showMixJob(ctx) {
  const body = view(findJob(ctx, 'mix'));
  if (slip('mix-shows-init-forever') && body.state === 'RUNNING') body.state = 'INIT';
  return { body };
}

// 9.3: only the members that are given change; a template can only be exchanged for itself.
export function updateMixJob(ctx) {
  const job = findJob(ctx, 'mix');
  const params = new BodyParams(ctx.body).object('mix_param', { required: true });
  requireModifiable(ctx, job);
  const current = job.mix_param.layout_template;
  const wanted = readLayoutTemplate(params);
  if (wanted && current && wanted !== current) fail('InvalidParameterCombination', 'layout_template');
  const video = current ? readVideo(params, current) : {};
  if (video.layout_panes) requirePanes(current, video.layout_panes);
  if (slip('mix-put-appends-panes') && video.layout_panes) {
    video.layout_panes = [...job.mix_param.layout_panes ?? [], ...video.layout_panes];
  }
  const maxIdle = params.integer('max_idle_time', { ...IDLE, fallback: job.max_idle_time });
  for (const [key, value] of Object.entries(video)) if (value !== undefined) job.mix_param[key] = value;
  job.mix_param.layout_template = current;
  job.max_idle_time = maxIdle;
  if (!slip('mix-put-time-stale')) job.updated = nowIso();
  return { body: view(job) };
}

// 9.4
export const stopMixJob = (ctx) => stopJob(ctx, 'mix');
