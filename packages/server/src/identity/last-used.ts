/** When an access key was last used: kept in memory and written now and then, never within a request. */
import type { RecordStore } from '@latchkey/storage/record-store';

export type LastUse = { readonly at: number; readonly service: string; readonly region: string };

const KIND = 'access-key-use';
const WRITTEN_EVERY_MS = 30_000;

export function lastUses(records: RecordStore) {
  let unwritten = new Map<string, LastUse>();
  let timer: NodeJS.Timeout | undefined;

  const write = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const batch = unwritten;
    unwritten = new Map();
    if (batch.size === 0) return;
    // What is lost when this fails is a date for people to read.
    await records.commit([...batch].map(([id, value]) => ({ put: { kind: KIND, id, value } }))).catch(() => undefined);
  };

  return {
    used(accessKeyId: string, use: LastUse): void {
      unwritten.set(accessKeyId, use);
      timer ??= setTimeout(() => void write(), WRITTEN_EVERY_MS).unref();
    },
    async lastUsed(accessKeyId: string): Promise<LastUse | undefined> {
      const stored = unwritten.get(accessKeyId) ?? (await records.get(KIND, accessKeyId))?.value;
      return stored as LastUse | undefined;
    },
    close: write,
  };
}
