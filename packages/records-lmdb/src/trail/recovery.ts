import type { Environment } from '../environment.ts';
import { placeOfPending, segmentKey } from './keys.ts';
import type { SegmentFiles } from './segment-files.ts';
import type { TrailIndex } from './trail-index.ts';

/**
 * Gives the segment files what was committed and may not have reached them: after a crash they lack it where the power went too. The bytes of
 * a process that still lives may be among it; writing them again does no harm.
 */
export async function recover(index: TrailIndex, files: SegmentFiles, { commits }: Pick<Environment, 'commits'>): Promise<void> {
  index.root.resetReadTxn();
  const found = [...index.pending.getKeys()].map((key) => Buffer.from(key));
  for (const key of found) {
    const bytes = index.pending.getBinary(key);
    const { chain, segment, offset } = placeOfPending(key);
    if (bytes === undefined || !index.segments.doesExist(segmentKey({ chain, segment }))) continue;
    const [there] = await files.readSome({ chain, segment }, [{ offset, length: bytes.byteLength }]);
    if (there === undefined || !there.equals(bytes)) await files.write({ chain, segment }, bytes, offset);
  }
  if (found.length === 0) return;
  await files.sync(found.map(placeOfPending));
  await commits.change(() => {
    for (const key of found) index.pending.removeSync(key);
  });
}
