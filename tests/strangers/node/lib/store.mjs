import { randomBytes } from 'node:crypto';

// All state of the emulator. Nothing is written to disk.
export const store = {
  users: [],            // {name, password, account, projects, ak, sk}
  tokens: new Map(),    // token -> {user, account, project, expires}
  apps: new Map(),      // app_id -> application
  rules: new Map(),     // rule_id -> record rule
  jobs: new Map(),      // job_id -> mix or individual job
  buckets: [],          // {account, bucket, location, created, authorized, objects}
  sessions: [],         // every stay of a user in a room, see history.mjs
  events: [],           // abnormal experience events of those sessions
  rooms: [],            // one per opening of a room
};

export const newId = () => randomBytes(16).toString('hex');
export const nowIso = () => new Date().toISOString();
