/** Of which downloads a bucket's upstream takes over, as it is asked for and shown. */
import { optional, picklist } from 'valibot';
import { NO_REDIRECT } from '../../redirects/bucket-redirects.ts';
import { members } from '../input.ts';
import { count } from './values.ts';

const MAX_OBJECT_BYTES = 5 * 1024 ** 4;

export const bucketRedirect = members({
  downloads: picklist(['none', 'unlimited', 'all'], 'must be none, unlimited or all.'),
  minSizeBytes: optional(count(0, MAX_OBJECT_BYTES), NO_REDIRECT.minSizeBytes),
  // Revocations and permissions have no say for so long.
  lifetimeSeconds: optional(count(5, 300), NO_REDIRECT.lifetimeSeconds),
});
