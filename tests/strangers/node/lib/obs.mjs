// Chapter 12: OBS buckets.
import { fail } from './errors.mjs';
import { BodyParams, QueryParams } from './params.mjs';
import { store } from './store.mjs';
import { slip } from './slips.mjs';

const REGIONS = ['cn-north-4', 'cn-north-1', 'cn-north-5', 'cn-north-6', 'cn-south-1', 'cn-east-2'];

// "2020/07/16 15:11:55 GMT+08:00"
function obsTime(ms) {
  const text = new Date(ms + 8 * 3600 * 1000).toISOString();
  return `${text.slice(0, 10).replaceAll('-', '/')} ${text.slice(11, 19)} GMT+08:00`;
}

function findBucket(account, name, location) {
  if (!REGIONS.includes(location)) fail('UnsupportRegion');
  const bucket = store.buckets.find((b) => b.account === account && b.bucket === name && b.location === location);
  if (!bucket) fail('BucketNotExist');
  return bucket;
}

// 12.1
export function listBuckets(ctx) {
  const buckets = store.buckets.filter((b) => b.account === ctx.identity.account || slip('buckets-of-all-tenants')).map((b) => ({
    bucket: b.bucket, location: b.location, creation_date: obsTime(b.created), is_authorized: b.authorized,
  }));
  return { body: { count: buckets.length, buckets } };
}

// The folders directly under the prefix, with the newest time of what they hold.
function foldersUnder(objects, prefix) {
  const folders = new Map();
  for (const object of objects) {
    const slash = object.name.indexOf('/', prefix.length);
    if (slash < 0) continue;
    const name = object.name.slice(0, slash + 1);
    folders.set(name, Math.max(folders.get(name) ?? 0, object.modified));
  }
  return [...folders].map(([name, modified]) => ({ name, size: 0, modified }));
}

// 12.2
export function listObjects(ctx) {
  const query = new QueryParams(ctx.query);
  const name = query.string('bucket', { required: true });
  const prefix = query.string('prefix', { fallback: '' });
  const type = query.string('type', { required: true, oneOf: ['folders', 'objects'] });
  const location = query.string('location', { required: true });
  const bucket = findBucket(ctx.identity.account, name, location);
  const matching = bucket.objects.filter((o) => (slip('objects-prefix-anywhere') ? o.name.includes(prefix) : o.name.startsWith(prefix)));
  const found = type === 'folders' ? foldersUnder(matching, prefix) : matching;
  const objects = found.map((o) => ({ file_name: o.name, size: slip('objects-size-bytes') ? o.size * 1024 : o.size, last_modified: obsTime(o.modified) }))
    .sort((a, b) => (a.file_name < b.file_name ? -1 : 1));
  return { body: { count: objects.length, objects } };
}

// 12.3
export function authorizeBucket(ctx) {
  const body = new BodyParams(ctx.body);
  const name = body.string('bucket', { required: true });
  const operation = body.integer('operation', { required: true, min: 0, max: 1 });
  if (slip('obs-operation-0-missing') && !operation) throw body.missing('operation');
  const location = body.string('location', { required: true });
  const projectId = body.string('project_id', { allowEmpty: true });
  if (projectId && !ctx.identity.user.projects.some((p) => p.id === projectId)) throw body.invalid('project_id');
  findBucket(ctx.identity.account, name, location).authorized = operation === 1;
  return { status: 200 };
}
