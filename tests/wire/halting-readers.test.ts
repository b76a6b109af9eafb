/** Large objects on disk, for clients that stop reading again and again: blocks are read into memory that is used over and over. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLocalObjectStore } from '@latchkey/objects-local/local-object-store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestOf, MIB, sampleBytes } from '../support/sample-bytes.ts';
import { testServer } from '../support/test-server.ts';
import { presigned, send, signed } from '../support/wire-client.ts';

const directory = await mkdtemp(join(tmpdir(), 'latchkey-wire-'));
const objects = await openLocalObjectStore({ directory });
const server = await testServer({ objects });
afterAll(async () => {
  await server.close();
  await objects.close();
  await rm(directory, { recursive: true });
});

const CONTENT = sampleBytes(12 * MIB);

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
  await send(server, signed(server, 'PUT', '/box/large', { body: CONTENT }));
});

test('all of them get the bytes they asked for, many at once, of the whole and of ranges', async () => {
  const ranges = [undefined, undefined, undefined, [300_001, CONTENT.length - 1], [262_144, 9_000_000]] as const;
  const digests = await Promise.all(ranges.map((range, index) => readHaltingly(range, 5 + index)));
  const expected = ranges.map((range) => digestOf(range === undefined ? CONTENT : CONTENT.subarray(range[0], range[1] + 1)));
  expect(digests).toEqual(await Promise.all(expected));
});

/** The digest of what a client gets that pauses for so many milliseconds after each half megabyte. */
async function readHaltingly(range: readonly [number, number] | undefined, pauseMs: number): Promise<string> {
  const { target } = presigned(server, 'GET', '/box/large');
  const headers: Record<string, string> = range === undefined ? {} : { range: `bytes=${range[0]}-${range[1]}` };
  const reply = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`http://${server.host}${target}`, { agent: false, headers }, resolve).on('error', reject);
  });
  const hash = createHash('sha256');
  let unpaused = 0;
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    hash.update(chunk);
    unpaused += chunk.length;
    if (unpaused < MIB / 2) continue;
    unpaused = 0;
    await sleep(pauseMs);
  }
  return hash.digest('hex');
}
