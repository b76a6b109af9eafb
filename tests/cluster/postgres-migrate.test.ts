/** From one node's directory to a PostgreSQL and an S3: everything goes along, and goes on. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { done, type Json } from '../support/json-api.ts';
import { latchkey } from '../support/latchkey-command.ts';
import { newLink, requestOf } from '../support/links.ts';
import { describeOnPostgres } from '../support/on-postgres.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { allow, newUser, policyOf } from '../support/query-client.ts';
import { type ServerProcess, serverProcess } from '../support/several-servers.ts';
import { ROOT } from '../support/test-server.ts';
import { send, signed } from '../support/wire-client.ts';

describeOnPostgres('latchkey migrate', () => {
  let postgres: TestPostgres;
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'latchkey-migrate-'));
    postgres = await startPostgres({ fsync: 'off' });
  });
  afterAll(async () => {
    await postgres?.close();
    await rm(directory, { recursive: true, force: true });
  });

  const migrate = (data: string, to: string) => latchkey(['migrate', '--data', data, '--to', to, '--json']);
  const audited = async (node: ServerProcess, query: Json = {}): Promise<Json[]> =>
    (await done(node, 'GET', '/audit', { query: { limit: '1000', since: '1d', ...query } })).items;

  test('takes users, links, what was used and revoked, and the trail; with `import` of the objects, links that were sent to people still work', {
    timeout: 120_000,
  }, async () => {
    const data = join(directory, 'one');
    const upstream = await serverProcess(join(directory, 'upstream'));
    let node = await serverProcess(data);
    await send(node, signed(node, 'PUT', '/box'));
    await send(node, signed(node, 'PUT', '/box/a', { body: 'a' }));
    const credentials = await newUser(node, 'ann', policyOf(allow('s3:GetObject', '*')));
    const [plain, counted, revoked] = [
      await newLink(node, '/box/a'),
      await newLink(node, '/box/a', { maxUses: 2 }),
      await newLink(node, '/box/a'),
    ];
    expect((await send(node, requestOf(counted.url))).status).toBe(200);
    await done(node, 'DELETE', `/links/${revoked.id}`);
    const before = await audited(node);
    await node.close();

    const url = postgres.newUrl();
    const { status, stdout, stderr } = await migrate(data, url);
    expect(status, stderr).toBe(0);
    const moved = JSON.parse(stdout) as { records: number; uses: number; lines: number };
    expect(moved.uses).toBe(1);
    expect(moved.records).toBeGreaterThan(6);
    expect(moved.lines).toBeGreaterThanOrEqual(before.length);

    const LATCHKEY_MASTER_KEY = (await readFile(join(data, 'master-key'), 'utf8')).trim();
    const imported = await latchkey(['import', `file:${join(data, 'objects')}`, '--endpoint-url', upstream.s3, '--json'], {
      environment: { AWS_ACCESS_KEY_ID: ROOT.accessKeyId, AWS_SECRET_ACCESS_KEY: ROOT.secretAccessKey },
    });
    expect(JSON.parse(imported.stdout.split('\n').at(-2) ?? ''), imported.stderr).toMatchObject({ copied: 1, failed: 0 });
    const flags = ['--records', url, '--objects', `s3+${upstream.s3.replace(/\/$/, '')}`];
    node = await serverProcess(join(directory, 'another'), flags, {
      LATCHKEY_MASTER_KEY,
      LATCHKEY_UPSTREAM_ACCESS_KEY_ID: ROOT.accessKeyId,
      LATCHKEY_UPSTREAM_SECRET_ACCESS_KEY: ROOT.secretAccessKey,
    });
    try {
      expect((await send(node, requestOf(plain.url))).text).toBe('a');
      // What signed its URL is its own secret, and it still is.
      expect((await done(node, 'GET', `/links/${plain.id}`)).createdAt).toBe(plain.shown.createdAt);
      expect((await send(node, requestOf(revoked.url))).status).toBe(403);
      // One of its two uses is gone.
      expect([(await send(node, requestOf(counted.url))).status, (await send(node, requestOf(counted.url))).status]).toEqual([200, 403]);
      expect((await send(node, signed(node, 'GET', '/box/a', { credentials }))).text).toBe('a');
      const after = await audited(node);
      expect(after.slice(0, before.length)).toEqual(before);
      expect((await audited(node, { link: revoked.id, operation: 'RevokeLink' })).length).toBe(1);
      const verdict = await latchkey(['verify-audit', '--data', data, '--records', url, '--json'], {
        environment: { LATCHKEY_MASTER_KEY },
      });
      expect(JSON.parse(verdict.stdout)).toMatchObject({ isWhole: true, findings: [] });
    } finally {
      await node.close();
      await upstream.close();
    }
    const again = await migrate(data, url);
    expect([again.status, again.stdout]).toEqual([1, '']);
    expect(again.stderr).toContain('There are records in schema');
  });
  test('takes nothing where there is nothing, and says so', async () => {
    const missing = await migrate(join(directory, 'nowhere'), postgres.newUrl());
    expect(missing.status).toBe(1);
    expect(missing.stderr).toContain('There is nothing to take over');
    const nobody = await migrate(directory, 'mysql://u:hidden@h/d');
    expect([nobody.status, nobody.stderr.includes('hidden')]).toEqual([2, false]);
  });
});
