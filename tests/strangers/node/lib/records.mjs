// Chapters 6 (record rules), 7 (automatic recording) and 8 (record callback).
import { fail } from './errors.mjs';
import { BodyParams, QueryParams } from './params.mjs';
import { newId, nowIso, store } from './store.mjs';
import { callbackView, findApp, pageOf } from './apps.mjs';
import { unfinishedJobs } from './jobs.mjs';
import { slip } from './slips.mjs';

const RULE_REGIONS = ['cn-north-4'];
const FORMATS = ['HLS', 'MP4'];
const DEFAULT_PREFIX = '{app_id}/{record_format}/{stream}_{file_start_time}/{stream}_{file_start_time}';
const EVENTS = ['RECORD_NEW_FILE_START', 'RECORD_FILE_COMPLETE'];

const rulesOf = (app) => [...store.rules.values()].filter((rule) => rule.app_id === app.app_id);

export function findRule(app, ruleId) {
  const rule = store.rules.get(ruleId);
  if (!rule || (rule.app_id !== app.app_id && !slip('rule-of-any-app'))) fail('RecordRuleNotExist');
  return rule;
}

function readObsAddr(body, account) {
  const addr = body.object('obs_addr', { required: true });
  const location = addr.string('location', { required: true });
  if (!RULE_REGIONS.includes(location)) fail('UnsupportRegion');
  const projectId = addr.string('project_id', { required: true });
  const name = addr.string('bucket', { required: true });
  const object = addr.string('object', { allowEmpty: true });
  const bucket = store.buckets.find((b) => b.account === account && b.bucket === name && b.location === location);
  if (!bucket) fail('BucketNotExist');
  if (!bucket.authorized) fail('InvalidParameterValue', 'the bucket is not authorized');
  return {
    location, project_id: projectId, bucket: name, ...(object !== undefined && { object }),
  };
}

function hlsCycle(v) {
  if (slip('rule-hls-zero-refused') && v === 0) return false;
  if (slip('rule-hls-cycle-gap') && v >= 0 && v < 60) return true;
  return v === 0 || (v >= 60 && v <= 43200);
}

function readHls(params) {
  return {
    record_cycle: params.integer('record_cycle', { required: true, check: hlsCycle }),
    record_prefix: params.string('record_prefix', { fallback: DEFAULT_PREFIX }),
    record_slice_duration: params.integer('record_slice_duration', { min: 2, max: 60, fallback: slip('rule-slice-default-6') ? 6 : 10 }),
    record_max_duration_to_merge_file: params.integer('record_max_duration_to_merge_file', { min: -1, max: 300, fallback: 0 }),
  };
}

function readMp4(params) {
  return {
    record_cycle: params.integer('record_cycle', { required: true, min: 60, max: 10800 }),
    record_prefix: params.string('record_prefix', { fallback: DEFAULT_PREFIX }),
    record_max_duration_to_merge_file: params.integer('record_max_duration_to_merge_file', { min: 0, max: 300, fallback: 0 }),
  };
}

function readRule(ctx) {
  const body = new BodyParams(ctx.body);
  const obsAddr = readObsAddr(body, ctx.identity.account);
  const formats = body.array('record_formats', { required: true, nonEmpty: true, items: (f) => FORMATS.includes(f) });
  const hls = body.object('hls_config');
  const mp4 = body.object('mp4_config');
  if (formats.includes('HLS') && !hls) fail('InvalidParameterCombination', 'hls_config');
  if (formats.includes('MP4') && !mp4) fail('InvalidParameterCombination', 'mp4_config');
  return {
    obs_addr: obsAddr,
    record_formats: [...new Set(formats)],
    ...(hls && { hls_config: readHls(hls) }),
    ...(mp4 && { mp4_config: readMp4(mp4) }),
  };
}

function replaceRule(rule, content, updateTime = nowIso()) {
  const { rule_id, app_id, create_time } = rule;
  const next = { rule_id, app_id, ...content, create_time, update_time: updateTime };
  store.rules.set(rule_id, next);
  return next;
}

// 6.1: one rule per application and location; a second POST updates the first.
export function saveRule(ctx) {
  const app = findApp(ctx);
  const content = readRule(ctx);
  const existing = rulesOf(app).find((rule) => rule.obs_addr.location === content.obs_addr.location);
  if (existing && !slip('rule-post-duplicates')) return { status: slip('rule-repost-200') ? 200 : 201, body: replaceRule(existing, content) };
  const now = nowIso();
  const rule = { rule_id: newId(), app_id: app.app_id, ...content, create_time: now, update_time: now };
  store.rules.set(rule.rule_id, rule);
  return { status: 201, body: rule };
}

const seenRules = new Map(); // only for a slip

// 6.2
export function listRules(ctx) {
  const app = findApp(ctx);
  if (slip('rule-list-cached')) {
    if (!seenRules.has(app.app_id)) seenRules.set(app.app_id, rulesOf(app));
    return { body: { rules: pageOf(seenRules.get(app.app_id), new QueryParams(ctx.query)) } };
  }
  return { body: { rules: pageOf(slip('rule-list-all-apps') ? [...store.rules.values()] : rulesOf(app), new QueryParams(ctx.query)) } };
}

// 6.3
export function showRule(ctx) {
  return { body: findRule(findApp(ctx), ctx.params.rule_id) };
}

// 6.4
export function updateRule(ctx) {
  const rule = findRule(findApp(ctx), ctx.params.rule_id);
  const stamp = slip('rule-put-time-stale') ? rule.update_time : nowIso();
  const content = readRule(ctx);
  if (slip('rule-put-keeps-slice') && rule.hls_config && content.hls_config && ctx.body.hls_config.record_slice_duration === undefined) {
    content.hls_config.record_slice_duration = rule.hls_config.record_slice_duration;
  }
  return { body: replaceRule(rule, content, stamp) };
}

// 6.5
export function deleteRule(ctx) {
  const app = findApp(ctx);
  const rule = findRule(app, ctx.params.rule_id);
  const inUse = app.auto_record_mode.record_rule_id === rule.rule_id
    || !slip('rule-delete-under-job') && unfinishedJobs(app.app_id).some((job) => job.record_param?.record_rule_id === rule.rule_id);
  if (inUse) fail('InvalidParameterValue', 'the rule is in use');
  store.rules.delete(rule.rule_id);
  return { status: 204 };
}

const autoView = (app) => ({ app_id: app.app_id, auto_record_mode: { ...app.auto_record_mode } });

// 7.1
export function updateAutoRecord(ctx) {
  const app = findApp(ctx);
  const body = new BodyParams(ctx.body);
  const mode = body.string('mode', { required: true, oneOf: ['AUTO_RECORD_OFF', 'AUTO_INDIVIDUAL_RECORD'] });
  const ruleId = body.string('record_rule_id', { allowEmpty: true });
  if (mode === 'AUTO_INDIVIDUAL_RECORD' && !ruleId && !slip('auto-rule-not-required')) fail('InvalidParameterCombination', 'record_rule_id');
  if (ruleId && !slip('auto-rule-not-looked-up')) findRule(app, ruleId);
  app.auto_record_mode = {
    mode,
    ...(mode === 'AUTO_INDIVIDUAL_RECORD' && { record_rule_id: ruleId }),
    update_time: nowIso(),
  };
  return { body: autoView(app) };
}

// 7.2
const seenModes = new Map(); // only for a slip

export function showAutoRecord(ctx) {
  const app = findApp(ctx);
  if (slip('auto-show-cached')) {
    if (!seenModes.has(app.app_id)) seenModes.set(app.app_id, autoView(app));
    return { body: seenModes.get(app.app_id) };
  }
  const view = autoView(app);
  if (slip('auto-mode-lower-case')) view.auto_record_mode.mode = view.auto_record_mode.mode.toLowerCase();
  return { body: view };
}

const recordCallbackView = (app) => ({ app_id: app.app_id, record_callback: callbackView(app.record_callback) });

// 8.1
export function updateRecordCallback(ctx) {
  const app = findApp(ctx);
  const body = new BodyParams(ctx.body);
  const url = body.string('url', { required: true, pattern: slip('callback-https-refused') ? /^http:\/\/[^\s/]+/ : /^https?:\/\/[^\s/]+/ });
  const kept = slip('callback-key-kept') ? app.record_callback?.auth_key ?? '' : '';
  const authKey = body.string('auth_key', { allowEmpty: true, fallback: kept });
  app.record_callback = {
    url, auth_key: authKey, notify_event_subscription: [...EVENTS], update_time: nowIso(),
  };
  return { body: recordCallbackView(app) };
}

// 8.2
export function showRecordCallback(ctx) {
  const app = findApp(ctx);
  if (app.record_callback && slip('callback-time-moves-on-read')) app.record_callback.update_time = nowIso();
  const view = recordCallbackView(app);
  if (slip('callback-subscription-missing')) delete view.record_callback.notify_event_subscription;
  return { body: view };
}
