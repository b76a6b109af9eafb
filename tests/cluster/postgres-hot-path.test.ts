/** What a request that is answered from memory costs PostgreSQL. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openPostgresStores } from '@latchkey/records-postgres/postgres-stores';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newLink, use } from '../support/links.ts';
import { describeOnPostgres } from '../support/on-postgres.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { type TestServer, testServer } from '../support/test-server.ts';
import { presigned, send, signed } from '../support/wire-client.ts';

describeOnPostgres('a node over PostgreSQL', () => {
  let postgres: TestPostgres;
  let server: TestServer;
  beforeAll(async () => {
    postgres = await startPostgres({ fsync: 'off', log_statement: 'all' });
    server = await testServer(await openPostgresStores({ url: postgres.newUrl() }));
    await send(server, signed(server, 'PUT', '/box'));
    await send(server, signed(server, 'PUT', '/box/a', { body: 'a' }));
  });
  afterAll(async () => {
    await server?.close(0);
    await postgres?.close();
  });

  /** Statements about records and uses, but for the sweep, while something was done; the trail is written behind the replies. */
  const askedWhile = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    const statements = async () =>
      (await postgres.log()).split('\n').filter((line) => /(SELECT|INSERT|UPDATE) .*\.(records|commit_records|uses)\b/.test(line));
    const { length: before } = await statements();
    await work();
    // Its log is written by the time a later statement of another connection is answered.
    await postgres.ask('SELECT 1');
    await sleep(100);
    return (await statements()).slice(before);
  };
  const hundred = async (request: () => Promise<{ readonly status: number }>): Promise<void> => {
    for (let i = 0; i < 100; i++) expect((await request()).status).toBe(200);
  };

  test('is asked nothing by a GET that is signed, pre-signed or of a link, once it has seen one', async () => {
    const link = await newLink(server, '/box/a');
    const requests = [
      () => send(server, signed(server, 'GET', '/box/a')),
      () => send(server, presigned(server, 'GET', '/box/a')),
      () => use(server, link),
    ];
    for (const request of requests) expect((await request()).status).toBe(200);
    // Where this machine stands still for a second, the node asks again, once or twice.
    for (const request of requests) expect((await askedWhile(() => hundred(request))).length).toBeLessThan(5);
  });
  test('is asked four times at most by each use of a counted link: twice to read, twice to write', async () => {
    const link = await newLink(server, '/box/a', { maxUses: 1000 });
    expect((await use(server, link)).status).toBe(200);
    const asked = await askedWhile(() => hundred(() => use(server, link)));
    expect(asked.length).toBeGreaterThanOrEqual(200);
    expect(asked.length).toBeLessThanOrEqual(400);
  });
});
