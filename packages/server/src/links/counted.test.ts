import { openMemoryUseStore } from '@latchkey/storage/memory-use-store';
import type { UseStore } from '@latchkey/storage/use-store';
import { describe, expect, test } from 'vitest';
import { jsonLog } from '../log.ts';
import type { Admitted } from '../pipeline.ts';
import { AN_UPLOAD, beginTurn, type Counted, countedOf, refuseUsedUp, type Wanted } from './counted.ts';

const COUNTED: Counted = { subject: 'LKLN1', maxUses: 1, forgetAfter: Number.MAX_SAFE_INTEGER, client: '192.0.2.1' };
const OBJECT = { version: '"v1"', sizeBytes: 1000 };
const whole: Wanted = { kind: 'download', ...OBJECT, wantedBytes: 1000, isRange: false };
const range = (wantedBytes: number): Wanted => ({ kind: 'download', ...OBJECT, wantedBytes, isRange: true });
const patient = new AbortController().signal;

function arranged(uses: UseStore = openMemoryUseStore()) {
  const pauses: number[] = [];
  const logged: string[] = [];
  let time = 1_000_000;
  const context = {
    uses,
    now: () => time,
    /** What happens while somebody waits. */
    meanwhile: undefined as undefined | (() => Promise<void>),
    async pause(ms: number) {
      pauses.push(ms);
      await context.meanwhile?.();
    },
    log: jsonLog((line) => logged.push(JSON.parse(line).message)),
  };
  const later = (ms: number) => {
    time += ms;
  };
  return { context, pauses, logged, later };
}

describe('beginTurn', () => {
  test('counts, and says so in a turn that ends as it was delivered', async () => {
    const { context } = arranged();
    const turn = await beginTurn(COUNTED, whole, patient, context);
    expect(turn.uses).toEqual({ before: 0, max: 1 });
    expect(await context.uses.used('LKLN1')).toBe(1);
    await turn.end({ isComplete: false, bytes: 0 });
    expect(await context.uses.used('LKLN1')).toBe(0);
    await (await beginTurn(COUNTED, whole, patient, context)).end({ isComplete: true, bytes: 1000 });
    expect(await context.uses.used('LKLN1')).toBe(1);
  });

  test('refuses in words for the holder, and in others for the operator', async () => {
    const { context } = arranged();
    await beginTurn(COUNTED, AN_UPLOAD, patient, context);
    const refusal = expect.objectContaining({
      code: 'AccessDenied',
      message: 'The link has been used as often as it may be.',
      cause: expect.objectContaining({ check: 'uses', message: '1 of 1 uses are counted or under way.' }),
    });
    await expect(beginTurn(COUNTED, AN_UPLOAD, patient, context)).rejects.toThrow(refusal);
  });

  test('waits for the client’s own last range to end', async () => {
    const { context, pauses } = arranged();
    const first = await beginTurn(COUNTED, range(1000), patient, context);
    context.meanwhile = () => first.end({ isComplete: false, bytes: 10 });
    const second = await beginTurn(COUNTED, range(900), patient, context);
    expect(second.useId).toBe(first.useId);
    expect(second.uses).toEqual({ before: 1, max: 1 });
    expect(pauses).toEqual([10]);
  });

  test('takes another use after two seconds, where one is left', async () => {
    const { context, pauses } = arranged();
    const first = await beginTurn({ ...COUNTED, maxUses: 2 }, range(1000), patient, context);
    const second = await beginTurn({ ...COUNTED, maxUses: 2 }, range(900), patient, context);
    expect(second.useId).not.toBe(first.useId);
    const waited = pauses.reduce((sum, ms) => sum + ms, 0);
    expect(waited).toBeGreaterThanOrEqual(2000);
    expect(waited).toBeLessThan(2200);
  });

  test('asks the client to come again where none is left', async () => {
    const { context } = arranged();
    await beginTurn(COUNTED, range(1000), patient, context);
    await expect(beginTurn(COUNTED, range(900), patient, context)).rejects.toMatchObject({ code: 'SlowDown', status: 503 });
  });

  test('stops waiting for a client that is gone', async () => {
    const { context, pauses } = arranged();
    await beginTurn(COUNTED, range(1000), patient, context);
    await expect(beginTurn(COUNTED, range(900), AbortSignal.abort(), context)).rejects.toMatchObject({ code: 'SlowDown' });
    expect(pauses).toEqual([]);
  });

  test('touches a slow delivery every two minutes, so that it can still be gone on with', async () => {
    const { context, later } = arranged();
    const turn = await beginTurn(COUNTED, range(500), patient, context);
    for (let minute = 0; minute < 30; minute++) {
      later(60_000);
      turn.touch();
    }
    expect((await beginTurn(COUNTED, range(500), patient, context)).useId).toBe(turn.useId);
  });

  test('leaves a use counted, and tells the operator, where its end can not be written', async () => {
    const store = openMemoryUseStore();
    const { context, logged } = arranged({
      ...store,
      end: () => Promise.reject(new Error('disk')),
      touch: () => Promise.reject(new Error('disk')),
    });
    const turn = await beginTurn(COUNTED, whole, patient, context);
    await turn.end({ isComplete: true, bytes: 1000 });
    expect(logged).toEqual(['use not ended']);
    expect(await store.used('LKLN1')).toBe(1);
  });

  test('delivers nothing where nothing can be counted', async () => {
    const { context } = arranged({ ...openMemoryUseStore(), begin: () => Promise.reject(new Error('disk')) });
    await expect(beginTurn(COUNTED, whole, patient, context)).rejects.toThrow('disk');
  });
});

describe('refuseUsedUp', () => {
  test('refuses when no use is left, but for who is in the midst of one', async () => {
    const { context, later } = arranged();
    await refuseUsedUp(COUNTED, OBJECT, context);
    expect(await context.uses.used('LKLN1')).toBe(0);
    await (await beginTurn(COUNTED, range(10), patient, context)).end({ isComplete: true, bytes: 10 });
    await refuseUsedUp(COUNTED, OBJECT, context);
    const refusal = { code: 'AccessDenied' };
    await expect(refuseUsedUp({ ...COUNTED, client: '192.0.2.2' }, OBJECT, context)).rejects.toMatchObject(refusal);
    await expect(refuseUsedUp(COUNTED, { ...OBJECT, version: '"v2"' }, context)).rejects.toMatchObject(refusal);
    later(10 * 60_000 + 1);
    await expect(refuseUsedUp(COUNTED, OBJECT, context)).rejects.toMatchObject(refusal);
    expect(await context.uses.used('LKLN1')).toBe(1);
  });
});

describe('countedOf', () => {
  const request = (terms: object | undefined, more: object = {}) =>
    ({
      terms,
      operation: { name: 'GetObject' },
      principal: { kind: 'root' },
      peer: { address: '::ffff:192.0.2.1' },
      signature: { authType: 'REST-QUERY-STRING', version: 'AWS4-HMAC-SHA256', signedAt: 1_000_000 },
      target: {
        query: [
          { name: 'X-Amz-Signature', value: '00' },
          { name: 'X-Amz-Expires', value: '60' },
        ],
      },
      ...more,
    }) as unknown as Admitted;

  test('is nothing for what is not counted', () => {
    expect(countedOf(request(undefined))).toBeUndefined();
    expect(countedOf(request({ maxSize: 1 }))).toBeUndefined();
    expect(countedOf(request({ maxUses: 1 }, { operation: { name: 'ListObjects' } }))).toBeUndefined();
  });

  test('counts a URL by its signature, until a day after its end', () => {
    const counted = countedOf(request({ maxUses: 2 }));
    expect(counted).toEqual({
      subject: expect.stringMatching(/^[0-9a-f]{64}$/),
      maxUses: 2,
      client: '192.0.2.1',
      forgetAfter: 1_060_000 + 86_400_000,
    });
  });

  test('counts a link by its id, for as long as it may be extended', () => {
    const link = { id: 'LKLN1', extendableUntil: 5_000_000 };
    expect(countedOf(request({ maxUses: 2 }, { principal: { kind: 'user', link } }))).toEqual({
      subject: 'LKLN1',
      maxUses: 2,
      client: '192.0.2.1',
      forgetAfter: 5_000_000 + 86_400_000,
    });
  });
});
