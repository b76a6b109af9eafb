import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import type { JsonValue } from '@latchkey/storage/record-store';
import { expect, test } from 'vitest';
import { LINK, type Link } from '../links/model.ts';
import { UPLOAD_REQUEST } from '../upload-requests/model.ts';
import { WEBHOOK, type Webhook } from '../webhooks/model.ts';
import { resealSecrets } from './reseal.ts';
import { createSealer, type Sealer } from './sealing.ts';

const [OLD, NEW] = ['the old master key of a test', 'the new master key of a test'];

/** Some with a page. */
function linkOf(id: string, sealer: Sealer) {
  const landing = id.endsWith('1') ? { landing: { tokenHash: '', token: sealer.seal(`token of ${id}`, `landing/${id}`) } } : {};
  return { id, label: 'kept', secret: sealer.seal(`secret of ${id}`, `link/${id}`), ...landing };
}

test.each([LINK, UPLOAD_REQUEST])('resealSecrets leaves no %s that the old master key still opens', async (kind) => {
  const records = openMemoryRecordStore();
  const old = createSealer([OLD]);
  const ids = Array.from({ length: 450 }, (_, i) => `LKLN${String(i).padStart(16, 'A')}`);
  await records.commit(
    ids.map((id) => ({
      put: { kind, id, value: linkOf(id, old) as unknown as JsonValue },
    })),
  );
  const both = createSealer([NEW, OLD]);
  expect(await resealSecrets(records, both)).toBe(450);
  expect(await resealSecrets(records, both)).toBe(0);
  const alone = createSealer([NEW]);
  for (const id of ids) {
    const link = (await records.get(kind, id))?.value as unknown as Link;
    expect(alone.open(link.secret, `link/${id}`)).toBe(`secret of ${id}`);
    expect(link.label).toBe('kept');
    expect(link.landing && alone.open(link.landing.token, `landing/${id}`)).toBe(id.endsWith('1') ? `token of ${id}` : undefined);
  }
});

test('resealSecrets leaves no webhook that the old master key still opens', async () => {
  const records = openMemoryRecordStore();
  const value = { id: 'LKWH', status: 'active', sealed: createSealer([OLD]).seal('address and secret', 'webhook/LKWH') };
  await records.commit([{ put: { kind: WEBHOOK, id: 'LKWH', value } }]);
  const both = createSealer([NEW, OLD]);
  expect([await resealSecrets(records, both), await resealSecrets(records, both)]).toEqual([1, 0]);
  const webhook = (await records.get(WEBHOOK, 'LKWH'))?.value as unknown as Webhook;
  expect([createSealer([NEW]).open(webhook.sealed, 'webhook/LKWH'), webhook.status]).toEqual(['address and secret', 'active']);
});
