// What policies cost: a pre-signed GET by a user with three policies of 20 statements, against the same GET by root, in one run.
import { presign } from '@latchkey/sigv4';
import { region, root, start } from './processes.mjs';
import { makeUser, ok, requestOf } from './requests.mjs';
import { compareRuns } from './rounds.mjs';

const OBJECTS = 100;
const POLICIES = 3;
const STATEMENTS = 20;

export async function benchPolicy() {
  const server = await start('latchkey');
  const endpoint = `http://127.0.0.1:${server.port}`;
  const common = { bucket: 'bench', region, endpoint, style: 'path', expiresIn: 3600 };
  await ok(fetch(presign({ ...common, credentials: root, method: 'PUT' }).url, { method: 'PUT' }));
  const keys = Array.from({ length: OBJECTS }, (_, i) => `team-a/object-${i}`);
  for (const key of keys) {
    await ok(fetch(presign({ ...common, credentials: root, method: 'PUT', key }).url, { method: 'PUT', body: Buffer.alloc(1024, 'x') }));
  }
  const user = await makeUser(
    endpoint,
    Array.from({ length: POLICIES }, (_, policy) => document(policy)),
  );
  const runs = [
    ['root', root],
    [`user, ${POLICIES} policies of ${STATEMENTS} statements`, user],
  ].map(([name, credentials]) => ({
    name,
    server,
    requests: keys.map((key) => requestOf(presign({ ...common, credentials, method: 'GET', key }).url)),
  }));
  const rows = await compareRuns(runs, 'root');
  await server.stop();
  return rows;
}

/** What such policies look like: prefixes of other teams, a few conditions and denials, and the one grant that counts as the last of all. */
function document(policy) {
  const Statement = Array.from({ length: STATEMENTS }, (_, i) => {
    const Resource = `arn:aws:s3:::bench/team-${String.fromCharCode(98 + i)}/*`;
    if (i % 5 === 1) return { Effect: 'Deny', Action: 's3:*', Resource, Condition: { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } };
    if (i % 5 === 2)
      return {
        Effect: 'Deny',
        Action: 's3:GetObject',
        Resource: '*',
        Condition: { NumericGreaterThan: { 's3:signatureAge': String(86_400_000 + i) } },
      };
    return { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource };
  });
  if (policy === POLICIES - 1) Statement[STATEMENTS - 1] = { Effect: 'Allow', Action: 's3:Get*', Resource: 'arn:aws:s3:::bench/team-a/*' };
  return { Version: '2012-10-17', Statement };
}
