import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import type { JsonValue } from '@latchkey/storage/record-store';
import { expect, test } from 'vitest';
import { LINK, type Link } from '../links/model.ts';
import { resealSecrets } from './reseal.ts';
import { createSealer } from './sealing.ts';

const [OLD, NEW] = ['the old master key of a test', 'the new master key of a test'];

test('resealSecrets leaves no link that the old master key still opens', async () => {
  const records = openMemoryRecordStore();
  const old = createSealer([OLD]);
  const ids = Array.from({ length: 450 }, (_, i) => `LKLN${String(i).padStart(16, 'A')}`);
  await records.commit(
    ids.map((id) => ({
      put: { kind: LINK, id, value: { id, label: 'kept', secret: old.seal(`secret of ${id}`, `link/${id}`) } as JsonValue },
    })),
  );
  const both = createSealer([NEW, OLD]);
  expect(await resealSecrets(records, both)).toBe(450);
  expect(await resealSecrets(records, both)).toBe(0);
  const alone = createSealer([NEW]);
  for (const id of ids) {
    const link = (await records.get(LINK, id))?.value as unknown as Link;
    expect(alone.open(link.secret, `link/${id}`)).toBe(`secret of ${id}`);
    expect(link.label).toBe('kept');
  }
});
