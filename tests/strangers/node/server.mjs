import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { ApiError, apiError, fail } from './lib/errors.mjs';
import { authenticate } from './lib/auth.mjs';
import { findRoute } from './lib/routes.mjs';
import { isObject } from './lib/params.mjs';
import { refreshAll } from './lib/jobs.mjs';
import { seed } from './lib/seed.mjs';
import { slip } from './lib/slips.mjs';

const MAX_BODY = 16 * 1024 * 1024;

async function readBody(req) {
  const chunks = [];
  let size = 0;
  for await (const chunk of req) {
    size += chunk.length;
    if (size <= MAX_BODY) chunks.push(chunk);
  }
  if (size > MAX_BODY) fail('InvalidParameterValue', 'body too large');
  return Buffer.concat(chunks);
}

function parseBody(ctx, route) {
  if (!route.body) return undefined;
  if (ctx.rawBody.length === 0 && route.body === 'optional') return undefined;
  const type = ctx.req.headers['content-type'];
  if (!type && !route.obs && !route.open) fail('MissingParameter', 'Content-Type');
  if (type && !/^application\/json\s*(;|$)/i.test(type)) fail('InvalidParameterValue', 'Content-Type');
  let value;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(ctx.rawBody));
  } catch {
    fail('MalformedRequestBody');
  }
  if (!isObject(value)) fail('MalformedRequestBody');
  return value;
}

async function handle(req) {
  const [path, ...rest] = req.url.split('?');
  const search = rest.join('?');
  const ctx = {
    req, path, search, query: new URLSearchParams(search), rawBody: await readBody(req),
  };
  let found;
  try {
    found = findRoute(req.method, path);
  } catch {
    throw apiError('InvalidParameterValue', 'malformed path');
  }
  if (!found) fail('ApiNotFound');
  if (found.allow) {
    const error = apiError('MethodNotAllowed');
    error.headers = { Allow: [...new Set(found.allow)].join(', ') };
    throw error;
  }
  ctx.params = found.params;
  ctx.found = found.route.handler;
  if (!found.route.open) ctx.identity = authenticate(ctx, found.route);
  ctx.body = parseBody(ctx, found.route);
  return found.route.handler(ctx);
}

function send(res, { status = 200, headers = {}, body }) {
  res.statusCode = status;
  if (!(slip('no-request-id-on-error') && status >= 400)) res.setHeader('X-request-Id', randomUUID().replaceAll('-', ''));
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  if (body === undefined) {
    if (status !== 204) res.setHeader('Content-Length', 0);
    res.end();
    return;
  }
  const bytes = Buffer.from(JSON.stringify(body));
  res.setHeader('Content-Type', 'application/json');
  res.setHeader('Content-Length', bytes.length);
  res.end(bytes);
}

function errorReply(error) {
  const known = error instanceof ApiError ? error : apiError('InternalError');
  if (known !== error) console.error(error);
  return {
    status: known.status,
    headers: error.headers,
    body: { error_code: known.code, error_msg: known.message },
  };
}

const server = createServer(async (req, res) => {
  let reply;
  try {
    reply = await handle(req);
  } catch (error) {
    if (req.destroyed && !req.complete) return;
    reply = errorReply(error);
  }
  send(res, reply);
});
server.keepAliveTimeout = 60_000;

const credentials = seed();
const timer = setInterval(refreshAll, 500);

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  const base = `http://127.0.0.1:${server.address().port}`;
  console.log(JSON.stringify({ base_url: base, identity_url: base, ...credentials }));
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    clearInterval(timer);
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}
