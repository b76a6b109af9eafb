/**
 * Security test 7: uses under fire: 200 clients at once, over four processes on one directory, on a link of so many uses; in some rounds a process is killed in the
 * middle. Twelve rounds of each kind; FULL=1 for a hundred.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newLink, requestOf } from '../support/links.ts';
import { type ServerProcess, serverProcess, serverProcesses, stopAll } from '../support/several-servers.ts';
import { type Answer, presigned, send, signed, type WireRequest } from '../support/wire-client.ts';

const ROUNDS = process.env.FULL === '1' ? 100 : 12;
const CLIENTS = 200;
const PROCESSES = 4;
const SIZE = 40_000;
let directory: string;
let servers: ServerProcess[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-link-uses-'));
  servers = [...(await serverProcesses(directory, PROCESSES))];
  const [one] = servers as [ServerProcess];
  await send(one, signed(one, 'PUT', '/box'));
  await send(one, signed(one, 'PUT', '/box/film', { body: Buffer.alloc(SIZE, 'film') }));
});
afterAll(async () => {
  await stopAll(servers);
  await rm(directory, { recursive: true, force: true });
});

/** Sends the request 200 times at once, and counts who got all of it. A killed process may leave without an answer. */
async function rush(request: WireRequest, round: number, victim: ServerProcess | undefined): Promise<number> {
  const asked = Array.from({ length: CLIENTS }, (_, i) => send(servers[i % PROCESSES] as ServerProcess, request).catch(() => undefined));
  if (victim !== undefined) {
    // At another moment each time: after the first replies, or in the middle of them.
    for (let i = 0; i <= (round * 7) % 40; i++) await asked[i];
    await victim.process.stop('SIGKILL');
  }
  const replies = await Promise.all(asked);
  if (victim !== undefined) servers[servers.indexOf(victim)] = await serverProcess(directory);
  return replies.filter(isWhole).length;
}

const isWhole = (reply: Answer | undefined): boolean => reply?.status === 200 && reply.body.byteLength === SIZE;

/** Every third round loses a process; never the first, which makes the links. */
const victimOf = (round: number): ServerProcess | undefined => (round % 3 === 2 ? servers[1 + (round % (PROCESSES - 1))] : undefined);

for (const maxUses of [1, 3, 50]) {
  test(`a link of ${maxUses} ${maxUses === 1 ? 'use' : 'uses'} delivers ${maxUses} times, and no more whoever dies (${ROUNDS} rounds)`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const link = await newLink(servers[0] as ServerProcess, '/box/film', { maxUses });
      const victim = victimOf(round);
      const whole = await rush(requestOf(link.url), round, victim);
      if (victim === undefined) expect(whole, `round ${round}`).toBe(maxUses);
      else expect(whole, `round ${round}, in which a process was killed`).toBeLessThanOrEqual(maxUses);
      const more = await Promise.all(servers.map((server) => send(server, requestOf(link.url))));
      expect(whole + more.filter(isWhole).length).toBeLessThanOrEqual(maxUses);
    }
  });
}

test(`a URL signed offline for one use delivers once, and no more whoever dies (${ROUNDS} rounds)`, async () => {
  const [one] = servers as [ServerProcess];
  for (let round = 0; round < ROUNDS; round++) {
    // Another signature each round: what is counted is the signature.
    const query = { 'X-Latchkey-Max-Uses': '1', 'response-cache-control': `round=${round}` };
    const request = presigned(one, 'GET', '/box/film', { query });
    const victim = victimOf(round);
    const whole = await rush(request, round, victim);
    if (victim === undefined) expect(whole, `round ${round}`).toBe(1);
    else expect(whole, `round ${round}, in which a process was killed`).toBeLessThanOrEqual(1);
    const more = await Promise.all(servers.map((server) => send(server, request)));
    expect(whole + more.filter(isWhole).length).toBeLessThanOrEqual(1);
  }
});
