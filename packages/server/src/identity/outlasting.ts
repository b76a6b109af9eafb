import { BUCKET_ACCESS } from '../bucket-access.ts';
import { GUARDRAILS } from '../guardrails/store.ts';
import { BUCKET_REDIRECT } from '../redirects/bucket-redirects.ts';
import { NOTIFICATION } from '../webhooks/model.ts';
import { IDENTITY } from './documents.ts';

/**
 * Record kinds behind the requests of users that sign with their own access keys. Where a record store that is elsewhere can not be reached, what is
 * in memory of these may serve for a while. Not so what somebody may just have taken back: links, revocations, sessions.
 */
export const OUTLASTING: readonly string[] = [IDENTITY, BUCKET_ACCESS, GUARDRAILS, NOTIFICATION, BUCKET_REDIRECT];
