import type { RecordStore } from '@latchkey/storage/record-store';
import { MOST_WEBHOOKS, WEBHOOK, type Webhook } from './model.ts';

/** Every webhook as it is now; without a promise where nothing has changed, which costs a comparison. */
export type KnownWebhooks = () => readonly Webhook[] | Promise<readonly Webhook[]>;

export function knownWebhooks(records: RecordStore): KnownWebhooks {
  let known: readonly Webhook[] | undefined;
  let asOf = Number.NaN;
  const read = async (generation: number): Promise<readonly Webhook[]> => {
    const { records: found } = await records.list(WEBHOOK, { limit: MOST_WEBHOOKS });
    const webhooks = found.map(({ value }) => value as unknown as Webhook);
    // Something may have changed while they were read; then they serve this once.
    if (records.generation(WEBHOOK) !== generation) return webhooks;
    known = webhooks;
    asOf = generation;
    return webhooks;
  };
  return () => {
    const generation = records.generation(WEBHOOK);
    return known !== undefined && generation === asOf ? known : read(generation);
  };
}
