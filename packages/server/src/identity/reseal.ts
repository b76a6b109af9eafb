/** Another master key: every secret that is sealed is opened and sealed anew. */
import type { JsonValue, RecordStore } from '@latchkey/storage/record-store';
import { resealAnswers } from '../api/idempotency.ts';
import { resealTrailKeys } from '../audit/trail-keys.ts';
import { LINK, type Link } from '../links/model.ts';
import { UPLOAD_REQUEST } from '../upload-requests/model.ts';
import { WEBHOOK, type Webhook } from '../webhooks/model.ts';
import { changing, everyDocument } from './documents.ts';
import { resealedCheck } from './master-key-check.ts';
import { accessKeys } from './model.ts';
import type { Sealed, Sealer } from './sealing.ts';
import { SESSION, type Session } from './sessions.ts';

/** Seals with the sealer's first key whatever another one sealed; resolves to how many secrets that were. May be done again after a crash. */
export async function resealSecrets(records: RecordStore, sealer: Sealer): Promise<number> {
  let count = 0;
  const again = (sealed: Sealed, place: string) => sealer.seal(sealer.open(sealed, place), place);
  for await (const { id, secret } of everyDocument(accessKeys, records)) {
    if (secret.key === sealer.keyId) continue;
    await changing(records, async () => {
      const found = await accessKeys.get(records, id);
      if (found === undefined) return { changes: [], result: undefined };
      const value = { ...found.value, secret: again(found.value.secret, `access-key/${id}`) };
      return { changes: [accessKeys.put(id, value, found.version)], result: undefined };
    });
    count++;
  }
  let after: string | undefined;
  do {
    const page = await records.list(SESSION, { after, limit: 200 });
    for (const { id, value, version } of page.records) {
      const session = value as unknown as Session;
      if (session.secrets.key === sealer.keyId) continue;
      const resealed = { ...session, secrets: again(session.secrets, `session/${id}`) } as unknown as JsonValue;
      // A session never changes; one that is gone by now needs nothing.
      await records.commit([{ put: { kind: SESSION, id, value: resealed }, ifVersion: version }]);
      count++;
    }
    after = page.next;
  } while (after !== undefined);
  count += await resealTrailKeys(records, sealer);
  // Upload requests are sealed as links are.
  for (const kind of [LINK, UPLOAD_REQUEST]) count += await resealLinks(kind, records, sealer, again);
  count += await resealWebhooks(records, sealer, again);
  count += await resealAnswers(records, sealer);
  await records.commit([resealedCheck(sealer)]);
  return count;
}

async function resealWebhooks(records: RecordStore, sealer: Sealer, again: (sealed: Sealed, place: string) => Sealed): Promise<number> {
  const { records: found } = await records.list(WEBHOOK, { limit: 1000 });
  const old = found.filter(({ value }) => (value as unknown as Webhook).sealed.key !== sealer.keyId);
  for (const { id } of old) {
    await changing(records, async () => {
      const stored = await records.get(WEBHOOK, id);
      if (stored === undefined) return { changes: [], result: undefined };
      const webhook = stored.value as unknown as Webhook;
      const value = { ...webhook, sealed: again(webhook.sealed, `webhook/${id}`) } as unknown as JsonValue;
      return { changes: [{ put: { kind: WEBHOOK, id, value }, ifVersion: stored.version }], result: undefined };
    });
  }
  return old.length;
}

/** All that is sealed in it. */
function isSealedWith(keyId: string, { secret, landing }: Link): boolean {
  return secret.key === keyId && (landing === undefined || landing.token.key === keyId);
}

async function resealLinks(
  kind: string,
  records: RecordStore,
  sealer: Sealer,
  again: (sealed: Sealed, place: string) => Sealed,
): Promise<number> {
  let count = 0;
  let after: string | undefined;
  do {
    const page = await records.list(kind, { after, limit: 200 });
    for (const { id } of page.records) {
      const isResealed = await changing(records, async () => {
        const stored = await records.get(kind, id);
        const link = stored?.value as unknown as Link | undefined;
        if (stored === undefined || link === undefined || isSealedWith(sealer.keyId, link)) return { changes: [], result: false };
        const landing = link.landing && { ...link.landing, token: again(link.landing.token, `landing/${id}`) };
        const value = { ...link, secret: again(link.secret, `link/${id}`), ...(landing && { landing }) } as unknown as JsonValue;
        return { changes: [{ put: { kind, id, value }, ifVersion: stored.version }], result: true };
      });
      if (isResealed) count++;
    }
    after = page.next;
  } while (after !== undefined);
  return count;
}
