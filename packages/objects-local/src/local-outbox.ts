import { statfs } from 'node:fs/promises';
import { resolve } from 'node:path';
import { newHealth } from '@latchkey/storage/health';
import type { KeptOutbox } from '@latchkey/storage/kept-outbox';
import { openCatalogue } from './catalogue.ts';
import { requireKnownFormat } from './directory-format.ts';
import { nodeFiles } from './files.ts';
import { announce, outboxOf } from './outbox.ts';

export type LocalOutboxOptions = {
  /** Made where it is not there. */
  readonly directory: string;
  /** Milliseconds since the epoch. */
  readonly clock?: (() => number) | undefined;
  /** Told once, in a sentence, when nothing can be kept any more. */
  readonly onReadOnly?: ((sentence: string) => void) | undefined;
};

/** An outbox by itself, for a store whose objects are elsewhere: what is added is on the disk when that resolves. */
export async function openLocalOutbox({
  directory,
  clock = Date.now,
  onReadOnly,
}: LocalOutboxOptions): Promise<KeptOutbox & { close(): Promise<void> }> {
  const path = resolve(directory);
  await nodeFiles.makeDirectory(path);
  await requireKnownFormat(nodeFiles, path);
  const health = newHealth('outbox', onReadOnly);
  const catalogue = openCatalogue(path, health, async () => {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  });
  return {
    outbox: outboxOf({ catalogue, health }),
    async add(announced, change) {
      if ((announced?.announce?.length ?? 0) === 0) return;
      health.requireWritable();
      await catalogue.change(() => announce({ catalogue, clock }, announced, change));
    },
    close: () => catalogue.close(),
  };
}
