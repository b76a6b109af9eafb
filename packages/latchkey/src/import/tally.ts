import { S3Error } from '@latchkey/s3/errors';
import type { Output } from '../output.ts';
import type { Outcome } from './import-objects.ts';

/** The sums of an import, so far. */
export type Tally = Record<'copied' | 'copiedBytes' | 'planned' | 'there' | 'failed' | 'gone' | 'otherEtags', number>;

/** Where so many objects fail one after the other, something is wrong that the next will not mend. */
const MAX_FAILURES_IN_A_ROW = 50;

/** Prints what becomes of each object, and adds it up. What failed is told on stderr too. */
export function tallyInto(output: Output, isJson: boolean): { readonly tally: Tally; onOutcome(outcome: Outcome): void } {
  const tally: Tally = { copied: 0, copiedBytes: 0, planned: 0, there: 0, failed: 0, gone: 0, otherEtags: 0 };
  let failuresInARow = 0;
  return {
    tally,
    onOutcome(result) {
      const { bucket, key, sizeBytes, outcome } = result;
      tally[outcome] += 1;
      if (outcome === 'copied') {
        tally.copiedBytes += sizeBytes;
        if (result.hasOtherEtag) tally.otherEtags += 1;
      }
      failuresInARow = outcome === 'failed' ? failuresInARow + 1 : 0;
      if (outcome === 'failed') output.say(`s3://${bucket}/${key}: ${reasonOf(result.error)}`);
      if (isJson && outcome !== 'there') output.record(recordOf(result));
      else if (outcome === 'copied' || outcome === 'planned') output.line(`s3://${bucket}/${key}`);
      if (failuresInARow === MAX_FAILURES_IN_A_ROW) throw result.outcome === 'failed' ? result.error : undefined;
    },
  };
}

function recordOf(result: Outcome): Readonly<Record<string, unknown>> {
  return result.outcome === 'failed' ? { ...result, error: reasonOf(result.error) } : result;
}

/** What an S3 said, where there is a sentence for clients of a gateway around it. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof S3Error)) return error instanceof Error ? error.message : String(error);
  return error.cause instanceof Error ? error.cause.message : `${error.code}: ${error.message}`;
}
