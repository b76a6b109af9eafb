/** Download programs as people use them on a link for one use: whole, in ranges, broken off and gone on with. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { makeBucket } from '../support/arrange.ts';
import { done as doneByApi } from '../support/json-api.ts';
import { type MadeLink, newLink } from '../support/links.ts';
import { needs } from '../support/programs.ts';
import { finishProgram, runProgram } from '../support/run-program.ts';
import { serveForThisFile } from '../support/served.ts';
import type { TestServer } from '../support/test-server.ts';
import { send, signed } from '../support/wire-client.ts';

const store = await serveForThisFile();
/** As the helpers of the wire tests want a server. */
const server = { s3: store.endpoint, console: store.console, host: store.host, clock: { now: undefined } } as unknown as TestServer;
const BYTES = Buffer.from(Uint8Array.from({ length: 60_000_000 }, (_, i) => (i * 7 + (i >> 9)) % 256).buffer);
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const file = (name: string) => join(store.scratch, name);
const run = (program: string, ...parameters: string[]) => runProgram(program, parameters, { env: store.environment, cwd: store.scratch });
const usedOf = async ({ id }: MadeLink) => (await doneByApi(server, 'GET', `/links/${id}`)).uses.used;
const forOneUse = () => newLink(server, '/files/large.bin', { maxUses: 1 });

beforeAll(async () => {
  await makeBucket(store, 'files');
  await send(server, signed(server, 'PUT', '/files/large.bin', { body: BYTES }));
});

async function expectUsedUp(link: MadeLink): Promise<void> {
  expect(await usedOf(link)).toBe(1);
  const again = await finishProgram('curl', ['-fsS', '-o', file('again'), link.url], { env: store.environment, cwd: store.scratch });
  expect(again.status).toBe(22);
}

describe('curl', () => {
  needs('curl')('fetches the whole, once', async () => {
    const link = await forOneUse();
    await run('curl', '-fsS', '-I', link.url);
    await run('curl', '-fsS', '-o', 'whole', link.url);
    expect(digest(readFileSync(file('whole')))).toBe(digest(BYTES));
    await expectUsedUp(link);
  });

  needs('curl')('fetches it in four ranges at once', async () => {
    const link = await forOneUse();
    const ranges = [0, 1, 2, 3].map((i) => `${i * 15_000_000}-${(i + 1) * 15_000_000 - 1}`);
    await Promise.all(ranges.map((range, i) => run('curl', '-fsS', '-r', range, '-o', `range-${i}`, link.url)));
    expect(digest(Buffer.concat(ranges.map((_, i) => readFileSync(file(`range-${i}`)))))).toBe(digest(BYTES));
    await expectUsedUp(link);
  });

  needs('curl')('goes on with a download that broke off', async () => {
    const link = await forOneUse();
    // As slow as this it is cut off by itself after a second.
    const cut = ['-sS', '--limit-rate', '500k', '--max-time', '1', '-o', 'resumed', link.url];
    expect((await finishProgram('curl', cut, { env: store.environment, cwd: store.scratch })).status).toBe(28);
    expect(statSync(file('resumed')).size).toBeLessThan(BYTES.length);
    await run('curl', '-fsS', '-C', '-', '-o', 'resumed', link.url);
    expect(digest(readFileSync(file('resumed')))).toBe(digest(BYTES));
    expect(await usedOf(link)).toBe(1);
  });
});

describe('wget', () => {
  needs('wget')('goes on with a file that is there in part', async () => {
    const link = await forOneUse();
    await run('curl', '-fsS', '-r', '0-2999999', '-o', 'continued', link.url);
    truncateSync(file('continued'), 2_500_000);
    await run('wget', '-q', '-c', '-O', 'continued', link.url);
    expect(digest(readFileSync(file('continued')))).toBe(digest(BYTES));
    await expectUsedUp(link);
  });
});
