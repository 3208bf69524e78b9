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

function recording(job) {
  const app = store.apps.get(job.app_id);
  const rule = store.rules.get(job.record_param?.record_rule_id);
  return app && rule ? { app, rule } : null;
}

export function recordingStarted(job) {
  const found = recording(job);
  if (!found) return;
  for (const format of found.rule.record_formats) post(found.app, common(job, 'RECORD_NEW_FILE_START', format));
}

export function recordingFinished(job) {
  const found = recording(job);
  if (!found) return;
  const { app, rule } = found;
  const { bucket: name, location, object = '' } = rule.obs_addr;
  const bucket = store.buckets.find((b) => b.account === app.account && b.bucket === name);
  const seconds = Math.round((job.stopped - job.started) / 1000);
  const [width, height] = job.size ?? [1280, 720];
  for (const format of rule.record_formats) {
    const config = format === 'HLS' ? rule.hls_config : rule.mp4_config;
    const path = config.record_prefix
      .replaceAll('{app_id}', job.app_id)
      .replaceAll('{record_format}', format)
      .replaceAll('{stream}', job.stream_name)
      .replaceAll('{file_start_time}', formatTime(job.started).replace(/[-:TZ]/g, ''));
    const file = `${object}${path}.${format === 'HLS' ? 'm3u8' : 'mp4'}`;
    bucket?.objects.push({ name: file, size: Math.max(1, seconds * 128), modified: job.stopped });
    post(app, {
      ...common(job, 'RECORD_FILE_COMPLETE', format),
      download_url: `https://${name}.obs.${location}.myhuaweicloud.com/${file}`,
      record_duration: seconds,
      width,
      height,
      start_time: formatTime(job.started),
      end_time: formatTime(job.stopped),
      obs_location: location,
      obs_bucket: name,
      obs_object: file,
    });
  }
}
