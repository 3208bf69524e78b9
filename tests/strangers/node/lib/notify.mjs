// Record event callbacks (14.6) and the recorded files in the tenant's bucket.
import { store } from './store.mjs';
import { formatTime } from './params.mjs';

function post(app, message) {
  const callback = app.record_callback;
  if (!callback || !callback.notify_event_subscription.includes(message.event_type)) return;
  const headers = { 'Content-Type': 'application/json' };
  if (callback.auth_key) headers.Authorization = callback.auth_key;
  fetch(callback.url, {
    method: 'POST', headers, body: JSON.stringify(message), signal: AbortSignal.timeout(3000),
  }).then((res) => res.body?.cancel()).catch(() => {}); // an unreachable subscriber is not our problem
}

function common(job, eventType, format) {
  return {
    job_id: job.job_id, stream_name: job.stream_name, app_id: job.app_id, room_id: job.room_id,
    event_type: eventType, record_format: format,
  };
}

export function recordingOf(job) {
  const app = store.apps.get(job.app_id);
  const rule = store.rules.get(job.record_param?.record_rule_id);
  return app && rule ? { app, rule } : null;
}

export function fileBegun(job, format) {
  post(store.apps.get(job.app_id), common(job, 'RECORD_NEW_FILE_START', format));
}

const given = new Set(); // bucket/object of every file so far

// No two files get the same name, whatever the prefix of the rule.
function objectName(bucket, path, extension) {
  let name = `${path}.${extension}`;
  for (let i = 1; given.has(`${bucket}/${name}`); i++) name = `${path}-${i}.${extension}`;
  given.add(`${bucket}/${name}`);
  return name;
}

export function fileComplete(job, { format, rule, begun }, prefix, end) {
  const app = store.apps.get(job.app_id);
  if (!app) return;
  const { bucket: name, location, object = '' } = rule.obs_addr;
  const bucket = store.buckets.find((b) => b.account === app.account && b.bucket === name);
  const seconds = Math.round((end - begun) / 1000);
  const [width, height] = job.size ?? [1280, 720];
  const path = prefix
    .replaceAll('{app_id}', job.app_id)
    .replaceAll('{record_format}', format)
    .replaceAll('{stream}', job.stream_name)
    .replaceAll('{file_start_time}', formatTime(begun).replace(/[-:TZ]/g, ''));
  const file = objectName(name, `${object}${path}`, format === 'HLS' ? 'm3u8' : 'mp4');
  bucket?.objects.push({ name: file, size: Math.max(1, seconds * 128), modified: end });
  post(app, {
    ...common(job, 'RECORD_FILE_COMPLETE', format),
    download_url: `https://${name}.obs.${location}.myhuaweicloud.com/${file}`,
    record_duration: seconds,
    width,
    height,
    start_time: formatTime(begun),
    end_time: formatTime(end),
    obs_location: location,
    obs_bucket: name,
    obs_object: file,
  });
}
