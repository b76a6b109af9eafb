/** Messages that were given up: kept for whoever looks after the webhook, up to a number, and sent again when asked for. */
import { S3Error } from '@latchkey/s3/errors';
import type { JsonValue, RecordStore } from '@latchkey/storage/record-store';
import { DEAD_LETTER, type DeadLetter, MESSAGE, type StoredMessage } from './model.ts';

export type DeadLetters = {
  /** Keeps these; of those there are too many of, the oldest go: resolves to how many. */
  add(webhook: string, letters: readonly (DeadLetter & { readonly id: string })[]): Promise<number>;
  list(
    webhook: string,
    page: { readonly after?: string | undefined; readonly limit: number },
  ): Promise<{ readonly items: readonly (DeadLetter & { readonly id: string })[]; readonly next?: string | undefined }>;
  /** Puts them back into the queue, in the order they died in; all, or these. Resolves to how many. */
  replay(webhook: string, ids?: readonly string[]): Promise<number>;
  removeAll(webhook: string): Promise<void>;
};

/** Of each webhook. */
export const MOST_DEAD_LETTERS = 1000;

export function deadLetters(records: RecordStore, now: () => number, most = MOST_DEAD_LETTERS): DeadLetters {
  const page = async (webhook: string, { after, limit }: { readonly after?: string | undefined; readonly limit: number }) => {
    const prefix = `${webhook}/`;
    const found = await records.list(DEAD_LETTER, { prefix, after: after === undefined ? undefined : prefix + after, limit });
    return {
      items: found.records.map(({ id, value }) => ({ ...(value as unknown as DeadLetter), id: id.slice(prefix.length) })),
      next: found.next?.slice(prefix.length),
    };
  };
  const idsOf = async (webhook: string): Promise<readonly string[]> => {
    const ids: string[] = [];
    for (let after: string | undefined; ; ) {
      const { items, next } = await page(webhook, { after, limit: 500 });
      ids.push(...items.map(({ id }) => id));
      after = next;
      if (after === undefined) return ids;
    }
  };
  const removalOf = (webhook: string, id: string) => ({ remove: { kind: DEAD_LETTER, id: `${webhook}/${id}` } });

  return {
    list: page,
    async add(webhook, letters) {
      const known = await idsOf(webhook);
      const fresh = letters.filter(({ id }) => !known.includes(id));
      const dropped = known.slice(0, Math.max(0, known.length + fresh.length - most));
      await records.commit([
        ...dropped.map((id) => removalOf(webhook, id)),
        ...letters.map(({ id, ...letter }) => ({
          put: { kind: DEAD_LETTER, id: `${webhook}/${id}`, value: letter as unknown as JsonValue },
        })),
      ]);
      return dropped.length;
    },
    async replay(webhook, ids) {
      const wanted = ids ?? (await idsOf(webhook));
      let replayed = 0;
      for (const id of wanted) {
        const stored = await records.get(DEAD_LETTER, `${webhook}/${id}`);
        if (stored === undefined) {
          if (ids === undefined) continue;
          throw new S3Error('NoSuchEntity', { message: `There is no dead letter ${id}.` });
        }
        const { lane, body } = stored.value as unknown as DeadLetter;
        // It has its time again.
        const value: StoredMessage = { at: now(), lane, body };
        const { committed } = await records.commit([
          { ...removalOf(webhook, id), ifVersion: stored.version },
          // Under the id it had, so that who got it after all knows it again.
          { put: { kind: MESSAGE, id: `${webhook}/${id.replace(/^evt_/, '')}`, value } },
        ]);
        if (committed) replayed++;
      }
      return replayed;
    },
    async removeAll(webhook) {
      for (;;) {
        const { items } = await page(webhook, { limit: 500 });
        if (items.length === 0) return;
        await records.commit(items.map(({ id }) => removalOf(webhook, id)));
      }
    },
  };
}
