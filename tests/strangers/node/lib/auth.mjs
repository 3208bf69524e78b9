import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { fail, ApiError, apiError } from './errors.mjs';
import { isObject } from './params.mjs';
import { store } from './store.mjs';
import { slip } from './slips.mjs';

const TOKEN_LIFETIME = 24 * 3600 * 1000;
const SIGNATURE_WINDOW = 15 * 60 * 1000;
const MAX_SIGNED_BODY = 12 * 1024 * 1024;

export function issueToken(user, project, lifetime = TOKEN_LIFETIME) {
  const token = `MII${randomBytes(72).toString('base64url')}`;
  store.tokens.set(token, {
    user, account: user.account, project, issued: Date.now(), expires: Date.now() + lifetime,
  });
  return token;
}

const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const encode = (s) => encodeURIComponent(s).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

function decode(s) {
  try { return decodeURIComponent(s); } catch { return s; }
}

// SDK-HMAC-SHA256, the signing algorithm of the Huawei Cloud API gateway.
export function sign({ method, path, search, headers, signedHeaders, body, date, sk }) {
  const uri = path.split('/').map((part) => encode(decode(part))).join('/');
  const query = [...new URLSearchParams(search)]
    .map(([k, v]) => [encode(k), encode(v)])
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([k, v]) => `${k}=${v}`).join('&');
  const lines = signedHeaders.map((h) => `${h}:${String(headers[h] ?? '').trim()}\n`).join('');
  const hash = headers['x-sdk-content-sha256'] ?? sha256(body);
  const request = [method, uri.endsWith('/') ? uri : `${uri}/`, query, lines, signedHeaders.join(';'), hash].join('\n');
  const text = ['SDK-HMAC-SHA256', date, sha256(request)].join('\n');
  return createHmac('sha256', sk).update(text).digest('hex');
}

function parseSdkDate(text) {
  const m = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text ?? '');
  return m ? Date.UTC(m[1], m[2] - 1, m[3], m[4], m[5], m[6]) : NaN;
}

function checkSignature(ctx, unauthorized) {
  const m = /^SDK-HMAC-SHA256\s+Access=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-fA-F]{64})$/
    .exec(ctx.req.headers.authorization.trim());
  if (!m) throw unauthorized('the Authorization header is malformed');
  const user = store.users.find((u) => u.ak === m[1]);
  if (!user) throw unauthorized('the access key does not exist');
  const date = ctx.req.headers['x-sdk-date'];
  const signedHeaders = m[2].split(';');
  if (!signedHeaders.includes('x-sdk-date')) throw unauthorized('X-Sdk-Date is not signed');
  if (!(Math.abs(parseSdkDate(date) - Date.now()) <= SIGNATURE_WINDOW)) throw unauthorized('the signature has expired');
  if (ctx.rawBody.length > MAX_SIGNED_BODY) fail('InvalidParameterValue', 'body larger than 12 MB');
  const expected = sign({
    method: ctx.req.method, path: ctx.path, search: ctx.search, headers: ctx.req.headers,
    signedHeaders, body: ctx.rawBody, date, sk: user.sk,
  });
  const claimed = ctx.req.headers['x-sdk-content-sha256'];
  const bodyTampered = claimed && claimed !== 'UNSIGNED-PAYLOAD' && claimed !== sha256(ctx.rawBody);
  if (slip('signature-not-checked')) return user;
  if (bodyTampered || !timingSafeEqual(Buffer.from(expected), Buffer.from(m[3].toLowerCase()))) {
    throw unauthorized('verify aksk signature fail');
  }
  return user;
}

// Returns {account, project}; throws when the caller cannot be identified.
export function authenticate(ctx, route) {
  const unauthorized = (detail) => apiError(route.obs ? 'ObsUnauthorized' : 'Unauthorized', detail);
  const { headers } = ctx.req;
  const token = headers['x-auth-token'];
  if (token) {
    const entry = store.tokens.get(token);
    if (!entry) throw unauthorized('decrypt token fail');
    if (entry.expires <= Date.now() && !slip('expired-token-accepted')) throw unauthorized('token expires');
    if (!entry.project && route.projectScope !== false) fail('OperationUnauthorized');
    return { account: entry.account, project: entry.project, user: entry.user };
  }
  if (!headers.authorization) throw unauthorized('authentication information is missing');
  const user = checkSignature(ctx, unauthorized);
  const projectId = headers['x-project-id'];
  if (!projectId) {
    if (route.needsProjectHeader) fail('MissingParameter', 'X-Project-Id');
    return { account: user.account, project: user.projects[0], user };
  }
  const project = user.projects.find((p) => p.id === projectId);
  if (!project) fail('NoPermission', 'X-Project-Id');
  return { account: user.account, project, user };
}

const iamError = (status, message) => new ApiError(status, `IAM.0${status}`, message);

// POST /v3/auth/tokens
export function createToken(ctx) {
  const auth = ctx.body?.auth;
  const identity = auth?.identity;
  if (!isObject(identity)) throw iamError(400, 'auth.identity is required');
  if (!Array.isArray(identity.methods) || !identity.methods.includes('password')) {
    throw iamError(400, 'auth.identity.methods must contain password');
  }
  const claim = identity.password?.user;
  if (!isObject(claim) || typeof claim.name !== 'string' || typeof claim.password !== 'string'
    || typeof claim.domain?.name !== 'string') {
    throw iamError(400, 'auth.identity.password.user needs name, password and domain.name');
  }
  const user = store.users.find((u) => u.name === claim.name && u.account.name === claim.domain.name);
  if (!user || user.password !== claim.password) throw iamError(401, 'The username or password is wrong.');

  let project = null;
  if (auth.scope !== undefined && auth.scope !== null) {
    const wanted = auth.scope.project;
    if (isObject(wanted)) {
      project = user.projects.find((p) => (wanted.id ? p.id === wanted.id : p.name === wanted.name));
      if (!project) throw iamError(401, 'The project does not exist or is not accessible.');
    } else if (!isObject(auth.scope.domain)) {
      throw iamError(400, 'auth.scope must name a project or a domain');
    }
  }
  const token = issueToken(user, project);
  const entry = store.tokens.get(token);
  const domain = { id: user.account.id, name: user.account.name };
  const stamp = (ms) => `${new Date(ms).toISOString().slice(0, -1)}000Z`;
  return {
    status: slip('token-status-200') ? 200 : 201,
    headers: { 'X-Subject-Token': token },
    body: {
      token: {
        expires_at: stamp(entry.expires),
        issued_at: stamp(entry.issued),
        methods: ['password'],
        catalog: [],
        roles: [{ id: '0', name: 'te_admin' }],
        ...(project ? { project: { id: project.id, name: project.name, domain } } : { domain }),
        user: { id: user.id, name: user.name, domain },
      },
    },
  };
}

// GET /v3/projects, chapter 14.3
export function listProjects(ctx) {
  const projects = ctx.identity.user.projects.map((p) => ({
    domain_id: ctx.identity.account.id,
    is_domain: false,
    parent_id: ctx.identity.account.id,
    name: p.name,
    description: '',
    links: { next: null, previous: null, self: `http://${ctx.req.headers.host}/v3/projects/${p.id}` },
    id: p.id,
    enabled: true,
  }));
  return { body: { projects, links: { next: null, previous: null, self: `http://${ctx.req.headers.host}/v3/projects` } } };
}
