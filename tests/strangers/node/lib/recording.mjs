// The files of a running job: they begin and end with the stream, see record_max_duration_to_merge_file (table 6-5, 6-6).
import { store } from './store.mjs';
import { fileBegun, fileComplete, recordingOf } from './notify.mjs';

const THIRTY_DAYS = 30 * 24 * 3600;

const configOf = (rule, format) => (format === 'HLS' ? rule.hls_config : rule.mp4_config);

// For how many ms the stream may be away before the file ends; -1 stands for 30 days.
function patience(rule, format) {
  const seconds = configOf(rule, format).record_max_duration_to_merge_file;
  return (seconds < 0 ? THIRTY_DAYS : seconds) * 1000;
}

// What a user of the seeded traffic sends follows from the media of the session.
function streamsOf(session) {
  return session.streams ?? (session.media === 'audio' ? ['AUDIO'] : ['AUDIO', 'CAMERASTREAM']);
}

function isRecorded(job, session) {
  if (session.app_id !== job.app_id || session.room_id !== job.room_id) return false;
  if (session.failed || session.leave !== null || session.role === 'player') return false;
  const streams = streamsOf(session);
  if (job.kind === 'mix') return streams.length > 0;
  return session.uid === job.user_id
    && (streams.includes(job.video_type) || job.is_record_audio && streams.includes('AUDIO'));
}

function isOver(file, at) {
  const limit = patience(file.rule, file.format);
  return file.lost !== null && (limit === 0 || at - file.lost > limit);
}

function complete(job, file, at) {
  job.files.delete(file.format);
  fileComplete(job, file, configOf(file.rule, file.format).record_prefix, file.lost ?? at);
}

// Brings the files of a running job up to the moment `at`.
export function followStream(job, at) {
  const found = recordingOf(job);
  if (!found) return;
  const { rule } = found;
  const flows = store.sessions.some((session) => isRecorded(job, session));
  for (const file of [...job.files.values()]) {
    const another = file.rule.rule_id !== rule.rule_id; // the job may have another rule by now
    const kept = !another || rule.record_formats.includes(file.format);
    if (another && kept) file.rule = structuredClone(rule);
    if (!flows) file.lost ??= at;
    if (!kept || isOver(file, at)) complete(job, file, at);
    else if (flows) file.lost = null;
  }
  if (!flows) return;
  for (const format of rule.record_formats) {
    if (job.files.has(format)) continue;
    job.files.set(format, { format, rule: structuredClone(rule), begun: at, lost: null }); // a change of the rule is not for it (2557)
    fileBegun(job, format);
  }
}

export function endFiles(job, at) {
  for (const file of [...job.files.values()]) complete(job, file, at);
}
