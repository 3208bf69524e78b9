// What 13.7 bills: intervals of time, each with the kind of media it counts as.
import { store } from './store.mjs';
import { refresh } from './jobs.mjs';

function mediaOfSize([width]) {
  if (!width) return 'audio';
  if (width <= 640) return 'video_sd';
  return width <= 1280 ? 'video_hd' : 'video_hdp';
}

function jobIntervals(app, now, test) {
  return [...store.jobs.values()]
    .filter((job) => job.app_id === app.app_id && test(refresh(job)))
    .map((job) => ({ from: job.started, to: job.stopped ?? now, media: mediaOfSize(job.size) }));
}

// Rooms of the seeded past that were recorded or mixed count with the media of their opener.
function roomIntervals(app, flag) {
  return store.rooms
    .filter((room) => room.app_id === app.app_id && room[flag] && room.end !== null)
    .map((room) => ({ from: room.start, to: room.end, media: room.sessions[0].media }));
}

export function usageIntervals(app, metric, now) {
  if (metric === 'CommunicationDuration') {
    return store.sessions.filter((s) => s.app_id === app.app_id && !s.failed)
      .map((s) => ({ from: s.join, to: s.leave ?? now, media: s.media }));
  }
  if (metric === 'TranscodeDuration') {
    return [...roomIntervals(app, 'mixed'), ...jobIntervals(app, now, (job) => job.kind === 'mix')];
  }
  return [...roomIntervals(app, 'recorded'), ...jobIntervals(app, now, (job) => Boolean(job.record_param))];
}
