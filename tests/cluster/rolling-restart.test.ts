/** Three nodes over one PostgreSQL behind the documented HAProxy, restarted one after the other while clients go on. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { balancerConfiguration, type Place, serverAt } from '../support/cluster.ts';
import { freePort } from '../support/free-port.ts';
import { startNode } from '../support/nodes.ts';
import { postgresPrograms, startPostgres } from '../support/postgres.ts';
import { needs } from '../support/programs.ts';
import { startProxy } from '../support/proxy-programs.ts';
import { restartLoad } from '../support/restart-load.ts';
import { type ServerProcess, stopAll } from '../support/several-servers.ts';
import { presigned, send, signed } from '../support/wire-client.ts';

const TEXT = 'what the film is about';
/** The balancer asks once a second, and believes the second no. */
const DRAIN_SECONDS = '5';

const initdb = postgresPrograms === undefined ? 'initdb' : join(postgresPrograms, 'initdb');

needs('haproxy', initdb)(
  'three nodes behind HAProxy refuse and cut nothing while each is stopped and started again',
  () =>
    withStops(async (atStop) => {
      const directory = await mkdtemp(join(tmpdir(), 'latchkey-restart-'));
      atStop(() => rm(directory, { recursive: true, force: true }));
      const postgres = await startPostgres();
      atStop(postgres.close);
      const url = postgres.newUrl();
      const port = await freePort();
      const server = serverAt(`http://localhost:${port}`, `http://127.0.0.1:${port}`, async () => undefined);
      const places = await Promise.all(['a', 'b', 'c'].map(async (name) => ({ name, s3: await freePort(), console: await freePort() })));
      const nodes: ServerProcess[] = [];
      const begin = async ({ name, s3, console }: Place) => {
        const flags = ['--listen', `127.0.0.1:${s3}`, '--console', `127.0.0.1:${console}`, '--trusted-proxy', '127.0.0.1'];
        const objects = ['--objects', `file:${join(directory, 'objects')}`, '--public-url', server.s3, '--drain', DRAIN_SECONDS];
        const node = await startNode(url, directory, name, { flags: [...flags, ...objects] });
        nodes.push(node);
        return node;
      };
      atStop(() => stopAll(nodes));
      for (const place of places) await begin(place);
      const balancer = await startProxy('haproxy', await balancerConfiguration(port, places), port);
      atStop(() => balancer.stop());

      await send(server, signed(server, 'PUT', '/box'));
      expect((await send(server, signed(server, 'PUT', '/box/film', { body: TEXT }))).status).toBe(200);
      const load = restartLoad(server, [presigned(server, 'GET', '/box/film'), signed(server, 'GET', '/box/film')], TEXT);
      const goesOn = async () => {
        const answered = load.answered();
        await expect.poll(load.answered, { timeout: 60_000 }).toBeGreaterThan(answered + 50);
      };
      for (const [i, place] of places.entries()) {
        await goesOn();
        expect(await nodes[i]?.process.stop()).toBe(0);
        await goesOn();
        await begin(place);
        // Before the balancer has seen it again, the next one must not go.
        const { name } = place;
        const before = balancer.passedToSoFar().get(name) ?? 0;
        await expect.poll(() => balancer.passedToSoFar().get(name) ?? 0, { timeout: 60_000 }).toBeGreaterThan(before);
      }
      expect(await load.end()).toEqual([]);
    }),
  300_000,
);

/** What is to be stopped is, the last first, whatever happens. */
async function withStops(body: (atStop: (stop: () => Promise<unknown>) => void) => Promise<void>): Promise<void> {
  const stops: (() => Promise<unknown>)[] = [];
  try {
    await body((stop) => void stops.push(stop));
  } finally {
    for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop();
  }
}
