import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { describe, expect, it } from 'vitest';
import { createSealer } from '../identity/sealing.ts';
import { IDEMPOTENCY, type IdempotentRequest, idempotency, idempotencyKey, resealAnswers } from './idempotency.ts';

const HOUR = 60 * 60_000;
const request: IdempotentRequest = { key: 'k1', principal: 'AIDAEXAMPLE', operation: 'CreateLink', bodySha256: 'a'.repeat(64) };

function setUp() {
  const records = openMemoryRecordStore();
  const clock = { now: Date.parse('2026-11-22T00:00:00Z') };
  const open = (masterKey = 'a'.repeat(64)) => idempotency(records, createSealer([masterKey]), () => clock.now);
  let runs = 0;
  const run = async () => ({ body: { url: `https://secret.example/${++runs}` } });
  return { records, clock, open, run, runs: () => runs };
}

describe('a request with an Idempotency-Key', () => {
  it('is run once, and its answer repeated, also by another process', async () => {
    const { open, run, runs } = setUp();
    expect(await open().once(request, run)).toEqual({ body: { url: 'https://secret.example/1' } });
    expect(await open().once(request, run)).toEqual({
      body: { url: 'https://secret.example/1' },
      headers: ['Idempotent-Replayed', 'true'],
    });
    expect(runs()).toBe(1);
  });
  it('is refused with another body', async () => {
    const { open, run } = setUp();
    await open().once(request, run);
    await expect(open().once({ ...request, bodySha256: 'b'.repeat(64) }, run)).rejects.toMatchObject({
      code: 'IdempotentParameterMismatch',
      status: 409,
    });
  });
  it.each([{ principal: 'AIDAOTHER' }, { operation: 'Presign' }, { key: 'k2' }])('is another one with %j', async (other) => {
    const { open, run } = setUp();
    await open().once(request, run);
    expect(await open().once({ ...request, ...other, bodySha256: 'b'.repeat(64) }, run)).toEqual({
      body: { url: 'https://secret.example/2' },
    });
  });
  it('is run again after a day', async () => {
    const { open, run, clock } = setUp();
    await open().once(request, run);
    clock.now += 24 * HOUR;
    expect(await open().once(request, run)).toMatchObject({ body: { url: 'https://secret.example/1' } });
    clock.now += 1;
    expect(await open().once(request, run)).toEqual({ body: { url: 'https://secret.example/2' } });
  });
  it('is run again where it was refused', async () => {
    const { open, run } = setUp();
    const refuse = async () => {
      throw new Error('no');
    };
    await expect(open().once(request, refuse)).rejects.toThrow('no');
    expect(await open().once(request, run)).toEqual({ body: { url: 'https://secret.example/1' } });
  });
  it('is run by one of several that come at once, and the others are told to wait', async () => {
    const { open, run, runs } = setUp();
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => open().once(request, run)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const answer of answers)
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'RequestInProgress', status: 409 });
    expect(runs()).toBe(1);
  });
  it('may be sent again a minute after a process died over it', async () => {
    const { open, run, clock } = setUp();
    const forever = new Promise<never>(() => {});
    void open().once(request, () => forever);
    await new Promise(setImmediate);
    await expect(open().once(request, run)).rejects.toMatchObject({ code: 'RequestInProgress' });
    clock.now += 60_001;
    expect(await open().once(request, run)).toEqual({ body: { url: 'https://secret.example/1' } });
  });
  it('leaves nothing readable in the record store', async () => {
    const { open, run, records } = setUp();
    await open().once({ ...request, key: 'a key of the client' }, run);
    const text = JSON.stringify((await records.list(IDEMPOTENCY, { limit: 10 })).records);
    expect(text).not.toContain('secret.example');
    expect(text).not.toContain('key of the client');
  });
  it('is answered as before after the master key was replaced', async () => {
    const { open, run, records } = setUp();
    await open().once(request, run);
    expect(await resealAnswers(records, createSealer(['b'.repeat(64), 'a'.repeat(64)]))).toBe(1);
    expect(await resealAnswers(records, createSealer(['b'.repeat(64)]))).toBe(0);
    expect(await open('b'.repeat(64)).once(request, run)).toMatchObject({ body: { url: 'https://secret.example/1' } });
  });
  it('is told so where its answer was sealed with a master key that is gone', async () => {
    const { open, run } = setUp();
    await open().once(request, run);
    await expect(open('b'.repeat(64)).once(request, run)).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining('Use another key'),
    });
  });
  it('is forgotten by those that come later, so that the store does not grow', async () => {
    const { open, run, records, clock } = setUp();
    const process = open();
    for (let index = 0; index < 50; index++) await process.once({ ...request, key: `old-${index}` }, run);
    clock.now += 25 * HOUR;
    for (let index = 0; index < 10; index++) await process.once({ ...request, key: `new-${index}` }, run);
    expect((await records.list(IDEMPOTENCY, { limit: 100 })).records).toHaveLength(10);
  });
});

describe('an Idempotency-Key', () => {
  it('has to be signed', () => {
    expect(idempotencyKey('k', ['host', 'idempotency-key'])).toBe('k');
    expect(() => idempotencyKey('k', ['host'])).toThrow('one of the signed headers');
    expect(idempotencyKey(undefined, ['host'])).toBeUndefined();
  });
  it.each(['', 'with space', 'x'.repeat(256), 'ü'])('is not %j', (value) => {
    expect(() => idempotencyKey(value, ['idempotency-key'])).toThrow('visible ASCII');
  });
});
