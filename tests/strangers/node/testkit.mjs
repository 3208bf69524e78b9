// Starts the server and talks to it; used by smoke.mjs and checkslips.mjs.
import { spawn } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { dirname } from 'node:path';

const here = dirname(fileURLToPath(import.meta.url));

export async function startServer(slip = '') {
  const child = spawn(process.execPath, ['server.mjs'], {
    cwd: here, env: { ...process.env, PORT: '0', SLIP: slip }, stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(text.split('\n')[0]);
    });
    child.on('exit', () => reject(new Error('server ended')));
  });
  return { ...JSON.parse(line), child, stop: () => child.kill('SIGTERM') };
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const time = (offsetMs = 0) => `${new Date(Date.now() + offsetMs).toISOString().slice(0, 19)}Z`;
export const day = (offsetDays = 0) => new Date(Date.now() + offsetDays * 86400000).toISOString().slice(0, 10);
export const qs = (o) => `?${new URLSearchParams(o)}`;

export function client(env, token = env.token) {
  return async (method, path, body, { headers = {}, raw } = {}) => {
    const all = { 'X-Auth-Token': token, ...headers };
    for (const key of Object.keys(all)) if (all[key] === null) delete all[key];
    if (body !== undefined && !('Content-Type' in all) && headers['Content-Type'] !== null) all['Content-Type'] = 'application/json';
    const res = await fetch(env.base_url + path, {
      method, headers: all, body: body === undefined ? undefined : raw ? body : JSON.stringify(body),
    });
    const text = await res.text();
    let json;
    try { json = text ? JSON.parse(text) : undefined; } catch { json = text; }
    return { status: res.status, headers: res.headers, body: json, code: json?.error_code, text };
  };
}

const sha = (s) => createHash('sha256').update(s).digest('hex');

export function signedHeaders(env, method, path, body = '', { project = env.project_id, sk = env.sk, date } = {}) {
  const stamp = date ?? new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const [uri, search = ''] = path.split('?');
  const query = [...new URLSearchParams(search)].map(([k, v]) => `${encodeURIComponent(k)}=${encodeURIComponent(v)}`).sort().join('&');
  const headers = { host: new URL(env.base_url).host, 'x-sdk-date': stamp, ...(project && { 'x-project-id': project }) };
  const names = Object.keys(headers).sort();
  const canonical = [method, uri.endsWith('/') ? uri : `${uri}/`, query,
    names.map((n) => `${n}:${headers[n]}\n`).join(''), names.join(';'), sha(body)].join('\n');
  const signature = createHmac('sha256', sk).update(['SDK-HMAC-SHA256', stamp, sha(canonical)].join('\n')).digest('hex');
  delete headers.host;
  return { ...headers, 'X-Auth-Token': null, Authorization: `SDK-HMAC-SHA256 Access=${env.ak}, SignedHeaders=${names.join(';')}, Signature=${signature}` };
}

export const ruleBody = (env, extra = {}) => ({
  obs_addr: { bucket: env.bucket, location: 'cn-north-4', object: 'Record/', project_id: env.project_id },
  record_formats: ['MP4'],
  mp4_config: { record_cycle: 60 },
  ...extra,
});
export const mixBody = (room, extra = {}, record) => ({
  mix_param: { room_id: room, encode_template: '1280*720_15_2260', layout_template: 'nine_grids_view', ...extra },
  ...(record && { record_param: { record_rule_id: record } }),
});
