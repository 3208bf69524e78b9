import { randomBytes } from 'node:crypto';
import { fail } from './errors.mjs';
import { BodyParams, QueryParams } from './params.mjs';
import { newId, nowIso, store } from './store.mjs';
import { unfinishedJobs } from './jobs.mjs';
import { slip } from './slips.mjs';

const MAX_APPS = slip('apps-limit-21') ? 21 : 20;
const deletedNames = new Set(); // only for a slip
const APP_STATES = ['ACTIVATION', 'DEACTIVATION', 'ARREARS'];

export function buildApp(account, name, createTime = nowIso(), id = newId()) {
  return {
    app_id: id,
    app_name: name,
    account,
    state: { state: 'ACTIVATION', update_time: createTime },
    scope: 'DOMESTIC',
    domain: `${id}.sparkrtc.myhuaweicloud.com`,
    create_time: createTime,
    authentication: {
      enable: true, expire: 300, app_key: randomBytes(16).toString('hex'), update_time: createTime,
    },
    record_callback: null,
    auto_record_mode: { mode: 'AUTO_RECORD_OFF', update_time: createTime },
  };
}

export const appsOf = (account) => [...store.apps.values()].filter((app) => app.account === account);

// The application of the path (or of the query, in chapter 13); 404 unless it is the caller's own.
export function findApp(ctx, appId = ctx.params.app_id) {
  const app = store.apps.get(appId);
  const leak = slip('app-show-foreign') && ctx.found === showApp;
  if (!app || (app.account !== ctx.identity.account && !leak)) fail('AppNotExist');
  return app;
}

export function callbackView(callback) {
  return callback ? { ...callback } : { url: '', auth_key: '', update_time: '' };
}

function appView(app) {
  return {
    app_name: app.app_name,
    app_id: app.app_id,
    state: { ...app.state },
    scope: app.scope,
    tenant_name: app.account.name,
    domain: app.domain,
    create_time: app.create_time,
    authentication: { ...app.authentication },
    callbacks: {
      push_callback: callbackView(null),
      record_callback: callbackView(app.record_callback),
    },
    auto_record_mode: { ...app.auto_record_mode },
  };
}

// 5.1
export function createApp(ctx) {
  const name = new BodyParams(ctx.body).string('app_name', { required: !slip('app-name-not-required'), fallback: 'undefined' });
  const { account } = ctx.identity;
  const own = appsOf(account);
  const taken = (app) => app.app_name === name
    && !(slip('app-name-of-disabled-free') && app.state.state !== 'ACTIVATION');
  if (own.some(taken)) fail('AppExist');
  if (slip('app-name-reserved-after-delete') && deletedNames.has(name)) fail('AppExist');
  if (own.length >= MAX_APPS) fail('AppsExceed');
  const app = buildApp(account, name);
  store.apps.set(app.app_id, app);
  return { status: 201, body: { app_id: app.app_id } };
}

// Chapters 5 and 6 page by page number: offset is the number of the page, starting at 0.
export function pageOf(list, query, defaultSize = 100) {
  const page = query.integer('offset', { fallback: 0, min: 0 });
  const size = query.integer('limit', { fallback: defaultSize, min: 1, max: 100 });
  return list.slice(page * size, (page + 1) * size);
}

// 5.2
export function listApps(ctx) {
  const query = new QueryParams(ctx.query);
  const state = query.string('state', { oneOf: APP_STATES });
  const matching = appsOf(ctx.identity.account)
    .filter((app) => !state || app.state.state === state);
  let apps = pageOf(matching, query, slip('apps-default-limit-10') ? 10 : 100);
  if (slip('apps-offset-in-records')) {
    const from = query.integer('offset', { fallback: 0 });
    apps = matching.slice(from, from + query.integer('limit', { fallback: 100 }));
  }
  const count = slip('apps-count-of-page') ? apps.length : matching.length;
  return { body: { count, apps: apps.map(appView) } };
}

// 5.3
export function showApp(ctx) {
  return { body: appView(findApp(ctx)) };
}

// 5.4: an application that still carries calls or tasks cannot be deleted.
export function deleteApp(ctx) {
  const app = findApp(ctx);
  const busy = unfinishedJobs(app.app_id).length > 0
    || store.rooms.some((room) => room.app_id === app.app_id && room.end === null);
  if (busy && !slip('app-delete-while-busy')) fail('InvalidParameterValue', 'the app has running rooms or jobs');
  store.apps.delete(app.app_id);
  deletedNames.add(app.app_name);
  for (const [id, rule] of store.rules) if (rule.app_id === app.app_id) store.rules.delete(id);
  for (const [id, job] of store.jobs) if (job.app_id === app.app_id) store.jobs.delete(id);
  return { status: 204 };
}

function setState(ctx, state) {
  const app = findApp(ctx);
  const before = app.state;
  if (before.state !== state) {
    const stale = state === 'ACTIVATION' && slip('app-enable-time-stale');
    app.state = { state, update_time: stale ? before.update_time : nowIso() };
  }
  const shown = state === 'DEACTIVATION' && slip('app-disable-shows-old-state') ? before : app.state;
  return { body: { app_id: app.app_id, state: { ...shown } } };
}

export const enableApp = (ctx) => setState(ctx, 'ACTIVATION');   // 5.5
export const disableApp = (ctx) => setState(ctx, 'DEACTIVATION'); // 5.6
