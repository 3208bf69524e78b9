// The state at start: two accounts, their applications, buckets and traffic.
import { randomBytes } from 'node:crypto';
import { newId, store } from './store.mjs';
import { issueToken } from './auth.mjs';
import { buildApp } from './apps.mjs';
import { HISTORY_DAYS, seedApplication } from './history.mjs';

const DAY = 24 * 3600 * 1000;

function buildUser(accountName, userName) {
  const account = { id: newId(), name: accountName };
  const user = {
    id: newId(),
    name: userName,
    password: `Pw-${randomBytes(8).toString('hex')}`,
    account,
    projects: [{ id: newId(), name: 'cn-north-4' }],
    ak: randomBytes(10).toString('hex').toUpperCase(),
    sk: randomBytes(20).toString('hex'),
  };
  store.users.push(user);
  return user;
}

function addApp(account, name, daysAgo) {
  const app = buildApp(account, name, new Date(Date.now() - daysAgo * DAY).toISOString());
  store.apps.set(app.app_id, app);
  return app;
}

function addBucket(account, bucket, location, authorized, objects) {
  const created = Date.now() - 60 * DAY;
  store.buckets.push({
    account, bucket, location, created, authorized,
    objects: objects.map(([name, size], i) => ({ name, size, modified: created + (i + 1) * DAY })),
  });
}

function seedBuckets(account, prefix) {
  addBucket(account, `${prefix}-record`, 'cn-north-4', true, [
    ['readme.txt', 1], ['img/background.jpg', 210], ['img/user/default.jpg', 85],
    ['Record/room001/MP4/1.mp4', 7254], ['Record/room001/HLS/1.m3u8', 2], ['Record/room002/MP4/1.mp4', 15320],
  ]);
  addBucket(account, `${prefix}-archive`, 'cn-east-2', false, [['old/2022.zip', 90210]]);
  addBucket(account, `${prefix}-spare`, 'cn-north-4', false, []);
}

export function seed() {
  const user = buildUser('hwstaff_pub_videortc', 'rtc_operator');
  const [project] = user.projects;
  const apps = ['classroom', 'meeting', 'livechat'].map((name) => addApp(user.account, name, HISTORY_DAYS + 5));
  const running = apps.map((app, i) => seedApplication(app, ['c', 'm', 'l'][i], 1000 + i));
  seedBuckets(user.account, 'rtc-bucket-cn-north-4');

  const other = buildUser('other_tenant', 'other_operator');
  const otherApp = addApp(other.account, 'classroom', HISTORY_DAYS + 5);
  seedApplication(otherApp, 'o', 2000);
  seedBuckets(other.account, 'other-bucket');

  const room = running[0][1]; // opened 45 minutes ago
  const online = room.sessions.find((s) => !s.failed && s.leave === null);
  return {
    project_id: project.id,
    token: issueToken(user, project),
    user: user.name,
    password: user.password,
    domain: user.account.name,
    ak: user.ak,
    sk: user.sk,
    app_id: apps[0].app_id,
    bucket: 'rtc-bucket-cn-north-4-record',
    room_id: room.room_id,
    user_id: online.uid,
    second_project_id: other.projects[0].id,
    second_token: issueToken(other, other.projects[0]),
    expired_token: issueToken(user, project, -1000),
    project_name: project.name,
  };
}
