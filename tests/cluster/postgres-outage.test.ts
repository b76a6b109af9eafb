/** What nodes do while PostgreSQL is away, and that nothing they acknowledged is lost by it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPostgresStores } from '@latchkey/records-postgres/postgres-stores';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiReply, api, done } from '../support/json-api.ts';
import { newLink, requestOf } from '../support/links.ts';
import { PASSWORD, startNodes, verifyAudit } from '../support/nodes.ts';
import { describeOnPostgres } from '../support/on-postgres.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { type ServerProcess, stopAll } from '../support/several-servers.ts';
import { type Answer, presigned, send, signed } from '../support/wire-client.ts';

describeOnPostgres('nodes whose PostgreSQL goes away and comes back', () => {
  let postgres: TestPostgres;
  let directory: string;
  let url: string;
  let nodes: readonly ServerProcess[];
  const at = (index: number) => nodes[index % nodes.length] as ServerProcess;
  const putFilm = (node: ServerProcess) => send(node, signed(node, 'PUT', '/box/film', { body: 'film' }));
  const getFilm = (node: ServerProcess) => send(node, signed(node, 'GET', '/box/film'));
  const areBack = () =>
    expect.poll(async () => (await Promise.all(nodes.map(putFilm))).map(({ status }) => status), { timeout: 20_000 }).toEqual([200, 200]);

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'latchkey-outage-'));
    postgres = await startPostgres();
    url = postgres.newUrl();
    nodes = await startNodes(url, directory, 2);
    await send(at(0), signed(at(0), 'PUT', '/box'));
    await putFilm(at(0));
  });
  afterAll(async () => {
    await stopAll(nodes ?? []);
    const logged = (nodes ?? []).map(({ process }) => process.stderr()).join('');
    expect(
      logged.split('\n').filter((line) => !/^($|\{)/.test(line)),
      'what a node wrote that is not its log',
    ).toEqual([]);
    expect(logged).toContain('PostgreSQL is away');
    expect(logged).not.toContain(PASSWORD);
    await postgres?.close();
    await rm(directory, { recursive: true, force: true });
  });

  test('refuse links and changes with SlowDown at once, go on to serve the users they know, and come back by themselves', async () => {
    const link = await newLink(at(0), '/box/film');
    for (const node of nodes) expect((await send(node, requestOf(link.url))).status).toBe(200);
    for (const node of nodes) expect((await getFilm(node)).status).toBe(200);
    await postgres.stop();
    try {
      for (const node of nodes) {
        const refused = await send(node, requestOf(link.url));
        expect([refused.status, /<Code>(.*)<\/Code>/.exec(refused.text)?.[1]]).toEqual([503, 'SlowDown']);
        expect((await send(node, presigned(node, 'GET', '/box/film'))).status).toBe(503);
        expect((await putFilm(node)).status).toBe(503);
        expect((await api(node, 'POST', '/links', { json: { bucket: 'box', key: 'film' } })).status).toBe(503);
        expect((await getFilm(node)).status).toBe(200);
        expect((await send(node, { method: 'GET', target: '/-/health/ready', headers: [['Host', node.host]] })).status).toBe(503);
        expect((await send(node, { method: 'GET', target: '/-/health/live', headers: [['Host', node.host]] })).status).toBe(200);
      }
    } finally {
      await postgres.start();
    }
    await areBack();
    for (const node of nodes) expect((await send(node, requestOf(link.url))).status).toBe(200);
  });

  test('hold against links what was revoked while a node heard nothing', async () => {
    const link = await newLink(at(0), '/box/film');
    for (const node of nodes) expect((await send(node, requestOf(link.url))).status).toBe(200);
    // All connections of all nodes, also those that listen.
    await postgres.ask("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'latchkey'");
    await expect.poll(async () => (await api(at(0), 'DELETE', `/links/${link.id}`)).status, { timeout: 10_000 }).toBeLessThan(300);
    await expect.poll(async () => (await send(at(1), requestOf(link.url))).status, { timeout: 10_000 }).toBe(403);
  });

  test('refuse within seconds where it hangs, at once when that is known, and come back by themselves', { timeout: 60_000 }, async () => {
    const link = await newLink(at(0), '/box/film', { maxUses: 100 });
    const all = await postgres.ask("SELECT string_agg(pid::text, ' ') FROM pg_stat_activity WHERE application_name = 'latchkey'");
    const pids = [...all.split(' ').map(Number), await postgres.pid()];
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    try {
      const first = await Promise.all(nodes.map((node) => send(node, requestOf(link.url))));
      expect(first.map(({ status }) => status)).toEqual([503, 503]);
      for (const node of nodes) expect((await putFilm(node)).status).toBe(503);
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
    await areBack();
    expect((await send(at(0), requestOf(link.url))).status).toBe(200);
  });

  test('give a use back that ended with nothing delivered while it was away', async () => {
    const stores = await openPostgresStores({ url: postgres.newUrl() });
    const request = {
      maxUses: 1,
      now: 1,
      forgetAfter: 2,
      kind: 'download',
      client: 'c',
      version: 'v',
      sizeBytes: 9,
      wantedBytes: 9,
      isRange: false,
    } as const;
    const answer = await stores.uses.begin({ ...request, subject: 'link' });
    expect(answer.granted).toBe(true);
    const { useId, turnId } = answer as Extract<typeof answer, { granted: true }>;
    await postgres.stop();
    await expect(stores.uses.end({ subject: 'link', useId, turnId, now: 2, deliveredBytes: 0, completed: false })).rejects.toMatchObject({
      code: 'SlowDown',
    });
    await postgres.start();
    await expect.poll(() => stores.uses.used('link').catch(() => undefined), { timeout: 20_000 }).toBe(0);
    await Promise.all(Object.values(stores).map((store) => store.close()));
  });

  for (const mode of ['fast', 'immediate'] as const) {
    test(`lose nothing that was acknowledged where it is stopped (${mode}) and started under load`, { timeout: 120_000 }, async () => {
      const acknowledged = { links: new Map<string, string>(), revoked: new Map<string, string>(), delivered: 0 };
      const unexpected: string[] = [];
      const refused = { count: 0 };
      const counted = await newLink(at(0), '/box/film', { maxUses: 1_000_000 });
      let isOver = false;
      const outcome = (reply: Answer | ApiReply | undefined, isGood: (status: number) => boolean): boolean => {
        if (reply === undefined) return false;
        if (isGood(reply.status)) return true;
        if (reply.status === 503) refused.count += 1;
        else unexpected.push(`${reply.status} ${reply.text.slice(0, 300)}`);
        return false;
      };
      const client = async (node: ServerProcess): Promise<void> => {
        while (!isOver) {
          const made = await api(node, 'POST', '/links', { json: { bucket: 'box', key: 'film' } });
          if (!outcome(made, (status) => status < 300)) {
            await sleep(20);
            continue;
          }
          acknowledged.links.set(made.json.id, made.json.url);
          if (outcome(await send(node, requestOf(counted.url)), (status) => status === 200)) acknowledged.delivered += 1;
          if (acknowledged.links.size % 2 === 0) continue;
          const gone = await api(node, 'DELETE', `/links/${made.json.id}`);
          // Refused, it may have been done or not: no promise either way.
          acknowledged.links.delete(made.json.id);
          if (outcome(gone, (status) => status < 300)) acknowledged.revoked.set(made.json.id, made.json.url);
        }
      };
      const clients = [0, 1, 2, 3, 4, 5].map((i) => client(at(i)));
      await sleep(1500);
      await postgres.stop(mode);
      await sleep(1500);
      await postgres.start();
      await areBack();
      const before = acknowledged.links.size + acknowledged.revoked.size;
      await expect.poll(() => acknowledged.links.size + acknowledged.revoked.size, { timeout: 20_000 }).toBeGreaterThan(before + 10);
      isOver = true;
      await Promise.all(clients);

      expect(unexpected).toEqual([]);
      expect(refused.count).toBeGreaterThan(0);
      for (const link of acknowledged.links.values()) expect((await send(at(0), requestOf(link))).status).toBe(200);
      for (const link of acknowledged.revoked.values()) expect((await send(at(1), requestOf(link))).status).toBe(403);
      expect((await done(at(1), 'GET', `/links/${counted.id}`)).uses.used).toBeGreaterThanOrEqual(acknowledged.delivered);
      const inTrail = async (id: string) =>
        (await done(at(0), 'GET', '/audit', { query: { link: id, operation: 'CreateLink' } })).items.length;
      for (const id of [...acknowledged.links.keys(), ...acknowledged.revoked.keys()].slice(0, 40))
        expect(await inTrail(id), id).toBeGreaterThan(0);
      expect((await verifyAudit(url, directory)).findings).toEqual([]);
    });
  }
});
