import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { describe, expect, test } from 'vitest';
import { EVERYWHERE, guardrailStore } from './store.ts';

describe('a guardrail store', () => {
  test('has nothing at first, and what was put until it is removed', async () => {
    const store = guardrailStore(openMemoryRecordStore());
    expect(await store.find('box')).toEqual({});
    await store.put('box', { sigv2: false });
    expect(await store.find('box')).toEqual({ sigv2: false });
    await store.put('box', { presignedUrls: false });
    expect(await store.find('box')).toEqual({ presignedUrls: false });
    await store.remove('box');
    expect(await store.find('box')).toEqual({});
  });
  test('keeps those of the installation and of buckets apart', async () => {
    const store = guardrailStore(openMemoryRecordStore());
    await store.put(EVERYWHERE, { sigv2: false });
    await store.put('box', { presignedForms: false });
    expect([await store.find(EVERYWHERE), await store.find('box'), await store.find('other')]).toEqual([
      { sigv2: false },
      { presignedForms: false },
      {},
    ]);
    expect((await store.list()).map(({ place }) => place).sort()).toEqual([EVERYWHERE, 'box']);
  });
  test('sees what another one over the same records has changed, and answers from memory until then', async () => {
    const records = openMemoryRecordStore();
    const [one, other] = [guardrailStore(records), guardrailStore(records)];
    await one.put('box', { sigv2: false });
    expect(await other.find('box')).toEqual({ sigv2: false });
    expect(other.find('box')).not.toBeInstanceOf(Promise);
    await one.remove('box');
    expect(await other.find('box')).toEqual({});
  });
});
