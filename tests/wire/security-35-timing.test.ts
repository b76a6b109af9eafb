/**
 * Security test 35: how long a refusal takes says nothing about the signature, the token or the secret that would have been right. On a
 * machine that does other things clocks show little, so it is shown how comparing is done: every character is read, however early two texts
 * differ, wherever anything secret is compared. With FULL=1 a clock is asked too.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { V2Authentication, V4Authentication } from '@latchkey/sigv4/authentication';
import { equalInConstantTime } from '@latchkey/sigv4/bytes';
import { checkSignature } from '@latchkey/sigv4/check-signature';
import { chunkVerifier } from '@latchkey/sigv4/chunks';
import { readAuthentication } from '@latchkey/sigv4/read-authentication';
import { recent, slotOf } from '@latchkey/sigv4/recent';
import { parseTarget } from '@latchkey/sigv4/target';
import { refuseToken, verify } from '@latchkey/sigv4/verify';
import { checkPostSignature } from '@latchkey/sigv4/verify-post';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REGION, ROOT, testServer } from '../support/test-server.ts';
import { presigned, presignedV2, send, signed, withQuery } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/box'));
  await send(server, signed(server, 'PUT', '/box/key', { body: 'content' }));
});

/** A text that counts how many of its characters were looked at. */
function counted(text: string): { readonly text: string; reads(): number } {
  let reads = 0;
  const watched = {
    length: text.length,
    charCodeAt(index: number) {
      reads++;
      return text.charCodeAt(index);
    },
    startsWith: (start: string) => text.startsWith(start),
    toString: () => text,
  };
  return { text: watched as unknown as string, reads: () => reads };
}

/** The text with another character at that place. */
const wrongAt = (text: string, at: number) => `${text.slice(0, at)}${text[at] === 'a' ? 'b' : 'a'}${text.slice(at + 1)}`;

/** How many characters are read of each text that is wrong at one place, and of the right one. */
function readsOf(right: string, judge: (given: string) => unknown): number[] {
  const given = [right, ...[0, 1, Math.floor(right.length / 2), right.length - 1].map((at) => wrongAt(right, at))];
  return given.map((text) => {
    const watched = counted(text);
    judge(watched.text);
    return watched.reads();
  });
}

const now = new Date();
const rules = { now, region: REGION, service: 's3', sigv2: true };
const requestOf = ({ method, target, headers }: ReturnType<typeof presigned>) => {
  const parsed = parseTarget(target);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return { method, target: parsed, headers: headers.map(([name, value]) => [name.toLowerCase(), value] as const) };
};
const read = (request: ReturnType<typeof requestOf>) => readAuthentication(request, rules) as V4Authentication | V2Authentication;

describe('Security test 35: every character is read, wherever the first wrong one is', () => {
  test('when two texts are compared', () => {
    const right = 'f'.repeat(64);
    expect(new Set(readsOf(right, (given) => equalInConstantTime(given, right))).size).toBe(1);
    expect([equalInConstantTime(right, right), equalInConstantTime(wrongAt(right, 0), right)]).toEqual([true, false]);
    // A shorter or longer text is no different: its length is no secret.
    for (const other of ['', 'f', 'f'.repeat(65)]) {
      const watched = counted(other);
      expect([equalInConstantTime(watched.text, right), watched.reads()]).toEqual([false, right.length]);
    }
  });
  test.each([
    ['a SigV4 URL', () => presigned(server, 'GET', '/box/key', { date: now })],
    ['a SigV4 header', () => signed(server, 'GET', '/box/key', { date: now })],
    ['a SigV2 URL', () => presignedV2(server, 'GET', '/box/key', { date: now })],
  ])('of the signature of %s', (_, make) => {
    const request = requestOf(make());
    const authentication = read(request);
    const judge = (signature: string) => checkSignature({ ...authentication, signature }, request, ROOT.secretAccessKey);
    expect(judge(authentication.signature)).toEqual({ ok: true });
    const reads = readsOf(authentication.signature, judge);
    expect(reads.every((count) => count >= authentication.signature.length)).toBe(true);
    expect(new Set(reads.slice(1)).size).toBe(1);
  });
  test('of a session token', () => {
    const token = 'the token that comes with temporary credentials';
    const known = { secretAccessKey: 'secret', sessionToken: token };
    expect(refuseToken('LKSAEXAMPLE', token, known, now)).toBeUndefined();
    expect(new Set(readsOf(token, (given) => refuseToken('LKSAEXAMPLE', given, known, now)))).toEqual(new Set([token.length]));
  });
  test('of the signature of a form, in both versions', () => {
    const common = { accessKeyId: ROOT.accessKeyId, policy: 'cG9saWN5' };
    const scope = { date: '20260131', region: REGION, service: 's3' };
    const forms = [
      { kind: 'v4-form', ...common, scope, signedAt: now, signature: 'f'.repeat(64) },
      { kind: 'v2-form', ...common, signature: 'f'.repeat(28) },
    ] as const;
    for (const form of forms) {
      const reads = readsOf(form.signature, (signature) => checkPostSignature({ ...form, signature }, ROOT.secretAccessKey));
      expect(new Set(reads)).toEqual(new Set([form.signature.length]));
    }
  });
  test('of the signatures of chunks and trailers', () => {
    const options = {
      ...ROOT,
      scope: { date: '20260131', region: REGION, service: 's3' },
      amzDate: '20260131T000000Z',
      seedSignature: '0'.repeat(64),
    };
    const right = 'f'.repeat(64);
    expect(new Set(readsOf(right, (given) => chunkVerifier(options).chunk('0'.repeat(64), given)))).toEqual(new Set([64]));
    expect(new Set(readsOf(right, (given) => chunkVerifier(options).trailer('a:b\n', given)))).toEqual(new Set([64]));
  });
});

test('Security test 35: of a URL that was good lately every character is read, however early another differs', () => {
  const right = `/box/key?X-Amz-Security-Token=${'t'.repeat(64)}&X-Amz-Signature=${'f'.repeat(64)}`;
  const places = [...right.matchAll(/[tf]{64}/g)].flatMap(({ index }) => Array.from({ length: 64 }, (_, i) => index + i));
  const alike = places.map((at) => wrongAt(right, at)).filter((text) => slotOf(text) === slotOf(right));
  expect(alike.length).toBeGreaterThan(100);
  const reads = [right, ...alike].map((text) => {
    const memory = recent<true>();
    memory.set(right, true);
    const watched = counted(text);
    expect(memory.get(watched.text)).toBe(text === right ? true : undefined);
    return watched.reads();
  });
  expect(new Set(reads).size).toBe(1);
});

test('Security test 35: nowhere in the sources is anything secret compared with an operator', async () => {
  const secret = String.raw`\b(?:signature|securityToken|sessionToken|token|secretAccessKey|password|passwordHash)`;
  const operator = String.raw`\s*[!=]==?\s*`;
  const pattern = new RegExp(String.raw`${secret}${operator}|${operator}(?:[\w.?]+\.)?${secret}\b(?![.?(])`);
  // Whether there is one at all is no secret, nor is what type a value has.
  const isCompared = (line: string) => pattern.test(line.replaceAll(/typeof [\w.]+ [!=]== '\w+'|[!=]== (?:undefined|null|'')/g, ''));
  for (const line of ['given.signature === right', 'if (token !== known.sessionToken)', 'right == password'])
    expect(isCompared(line)).toBe(true);
  const found: string[] = [];
  for (const folder of ['sigv4', 's3', 'policy', 'server', 'latchkey'].map((name) => `packages/${name}/src`)) {
    for (const file of await readdir(folder, { recursive: true })) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
      const lines = (await readFile(join(folder, file), 'utf8')).split('\n');
      for (const line of lines) if (isCompared(line)) found.push(`${folder}/${file}: ${line.trim()}`);
    }
  }
  // What the client is told of its own signature, and whether the operator's own two texts are one: neither is the secret of anybody else.
  expect(found.sort()).toEqual([
    'packages/latchkey/src/root-credentials.ts: secretAccessKey === accessKeyId ||',
    'packages/sigv4/src/explain-difference.ts: if (theirs === undefined || theirs === signature) return undefined;',
  ]);
});

test('Security test 35: the answer to a wrong signature is the same however much of it is right', async () => {
  const url = presigned(server, 'GET', '/box/key');
  const right = /X-Amz-Signature=(\w+)/.exec(url.target)?.[1] ?? '';
  const answers = await Promise.all(
    [0, 1, 32, 63].map(async (at) => {
      const wrong = withQuery(url, (pairs) =>
        pairs.map(([name, value]) => [name, name === 'X-Amz-Signature' ? wrongAt(value, at) : value]),
      );
      const { status, error, text } = await send(server, wrong);
      expect(text).not.toContain(right);
      const { RequestId: _id, HostId: _host, SignatureProvided: _given, ...rest } = error;
      return JSON.stringify([status, rest]);
    }),
  );
  expect(new Set(answers).size).toBe(1);
});

const URLS = 200;
const SAMPLES = 200_000;

// A clock wants a quiet machine.
if (process.env.FULL === '1')
  test(`Security test 35: a clock tells nothing from ${SAMPLES} refusals`, async () => {
    // Where in memory a request lies makes a difference of its own, also which of two was made first: of each of many URLs the two are compared.
    const requests = Array.from({ length: URLS }, (_, i) => {
      const url = presigned(server, 'GET', `/box/key-${i}`, { date: now });
      const right = /X-Amz-Signature=(\w+)/.exec(url.target)?.[1] ?? '';
      const wrong = (at: number) => requestOf({ ...url, target: url.target.replace(right, wrongAt(right, at)) });
      return i % 2 === 0 ? [wrong(0), wrong(63)] : [wrong(63), wrong(0)].reverse();
    }).flat();
    const times = requests.map((): number[] => []);
    for (let i = 0; i < SAMPLES + 5000; i++) {
      // Which comes next is not to follow any rhythm of the machine.
      const which = Math.floor(Math.random() * requests.length);
      const began = process.hrtime.bigint();
      await verify(requests[which]!, rules, () => ROOT);
      const took = Number(process.hrtime.bigint() - began);
      if (i >= 5000) times[which]!.push(took);
    }
    // What the machine did meanwhile is cut off, at the same time for all.
    const limit = times.flat().sort((a, b) => a - b)[Math.floor(SAMPLES * 0.9)] ?? 0;
    const means = times.map((list) => mean(list.filter((took) => took <= limit)));
    const differences = Array.from({ length: URLS }, (_, i) => means[i * 2]! - means[i * 2 + 1]!);
    expect(Math.abs(standardErrors(differences))).toBeLessThan(5);
  }, 300_000);

/** How many standard errors the mean lies from nothing. */
function standardErrors(list: readonly number[]): number {
  const average = mean(list);
  const variance = list.reduce((sum, value) => sum + (value - average) ** 2, 0) / (list.length - 1);
  return average / Math.sqrt(variance / list.length);
}
const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
