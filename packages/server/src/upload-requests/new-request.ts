/** An upload request that is about to be made or changed. */
import { invalidArgument, S3Error } from '@latchkey/s3/errors';
import { bucketName } from '@latchkey/s3/names';
import type { RecordChange, RecordStore } from '@latchkey/storage/record-store';
import type { Identities } from '../identity/identities.ts';
import { secretAccessKey as newSecret } from '../identity/unique-ids.ts';
import { changedLanding, newLanding } from '../landing/new-landing.ts';
import { checkTerms, LONGEST_WITH_PAGE_MS } from '../links/check-terms.ts';
import { issuerOf } from '../links/link-issuer.ts';
import type { LinkCaller } from '../links/links.ts';
import { textOf } from '../links/new-link.ts';
import type { Site } from '../pipeline.ts';
import { checkTemplate, DEFAULT_TEMPLATE } from './key-template.ts';
import {
  DELIVERY,
  DELIVERY_OF,
  firstOfRequest,
  firstRequestIdAt,
  newRequestId,
  REQUEST_PREFIX,
  UPLOAD_COUNTS,
  UPLOAD_PAGE,
  UPLOAD_REQUEST,
  type UploadRequest,
  type UploadTerms,
} from './model.ts';
import type { NewUploadRequest, UploadRequestChange } from './upload-requests.ts';

const MOST_FILES = 1_000_000;
/** So long a record is kept, over or not. */
const KEPT_MS = LONGEST_WITH_PAGE_MS + 90 * 24 * 3_600_000;
const SWEPT_AT_ONCE = 5;
const SWEPT_DELIVERIES = 200;

export type MakingContext = {
  readonly records: RecordStore;
  readonly identities: Pick<Identities, 'sealer'>;
  readonly site: Site;
  readonly endpoint: () => string;
};

/** Throws InvalidArgument, InvalidBucketName for what can not be one. Nothing is stored yet. */
export async function newRequest(input: NewUploadRequest, { principal }: LinkCaller, context: MakingContext): Promise<UploadRequest> {
  const { records, identities, site, endpoint } = context;
  const now = site.now();
  const { keyPrefix, keyTemplate = DEFAULT_TEMPLATE } = input;
  bucketName(input.bucket);
  if (keyPrefix.split('/').some((segment) => segment === '.' || segment === '..'))
    throw invalidArgument('The prefix of an upload request has no segment . or .. in it.', 'keyPrefix', keyPrefix.slice(0, 200));
  checkTemplate(keyTemplate, keyPrefix);
  const terms = { ...input.terms, noOverwrite: input.terms.noOverwrite ?? true };
  checkUploadTerms(terms, now);
  const id = newRequestId(now);
  const { sealer } = identities;
  return {
    id,
    ...(await issuerOf(principal, records, site.accountId)),
    createdAt: now,
    bucket: input.bucket,
    keyPrefix,
    keyTemplate,
    endpoint: input.endpoint ?? endpoint(),
    style: input.style ?? 'path',
    terms,
    ...textOf('label', input.label),
    ...textOf('note', input.note),
    status: 'active',
    secret: sealer.seal(newSecret(), `link/${id}`),
    landing: await newLanding(id, { method: 'GET', password: input.password }, sealer),
    extendableUntil: now + LONGEST_WITH_PAGE_MS,
  };
}

export async function changedRequest(request: UploadRequest, change: UploadRequestChange, now: number): Promise<UploadRequest> {
  const terms = withChanges(request.terms, change.terms ?? {});
  if (changesTerms(change)) checkUploadTerms(terms, now);
  if (terms.expiresAt > request.extendableUntil)
    throw invalidArgument('An upload request lives for a year at most.', 'terms.expiresAt', String(terms.expiresAt));
  const { label, note, closedAt, ...rest } = request;
  const status = change.status ?? request.status;
  return {
    ...rest,
    ...textOf('label', change.label === undefined ? label : (change.label ?? undefined)),
    ...textOf('note', change.note === undefined ? note : (change.note ?? undefined)),
    terms,
    status,
    ...(status === 'closed' && { closedAt: closedAt ?? now }),
    landing: await changedLanding(request.landing, change.password),
  };
}

/** Whether it makes the request good for anything that it was not good for. */
export function changesTerms({ terms = {}, status }: UploadRequestChange): boolean {
  return status === 'active' || Object.values(terms).some((value) => value !== undefined);
}

function checkUploadTerms({ maxFiles, maxTotalBytes, ...terms }: UploadTerms, now: number): void {
  checkTerms(terms, 'PUT', { now, signedAt: now, hasPage: true });
  count('maxFiles', maxFiles, MOST_FILES);
  count('maxTotalBytes', maxTotalBytes, Number.MAX_SAFE_INTEGER);
}

function count(name: string, value: number | undefined, most: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1 && value <= most)) return;
  throw invalidArgument(`The term ${name} is a whole number from 1 to ${most}.`, `terms.${name}`, String(value));
}

function withChanges(terms: UploadTerms, changes: NonNullable<UploadRequestChange['terms']>): UploadTerms {
  const changed: Record<string, unknown> = { ...terms };
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) continue;
    if (value === null) delete changed[name];
    else changed[name] = value;
  }
  if (changed.expiresAt === undefined) throw invalidArgument('An upload request has to end some time.', 'terms.expiresAt');
  return changed as UploadTerms;
}

/** Removes what is over for good, a little at a time: of a request with many deliveries, those first. */
export async function forgottenRequests(records: RecordStore, now: number): Promise<RecordChange[]> {
  const { records: old } = await records.list(UPLOAD_REQUEST, { after: firstRequestIdAt(now - KEPT_MS), limit: SWEPT_AT_ONCE });
  const changes: RecordChange[] = [];
  for (const { id, value } of old) {
    const found = await records.list(DELIVERY, { prefix: firstOfRequest(id), limit: SWEPT_DELIVERIES });
    const owned = await records.list(DELIVERY_OF, { prefix: `${id.slice(REQUEST_PREFIX.length)}/`, limit: SWEPT_DELIVERIES });
    for (const one of found.records) changes.push({ remove: { kind: DELIVERY, id: one.id } });
    for (const one of owned.records) changes.push({ remove: { kind: DELIVERY_OF, id: one.id } });
    if (found.next !== undefined || owned.next !== undefined) continue;
    const { landing } = value as unknown as UploadRequest;
    changes.push({ remove: { kind: UPLOAD_PAGE, id: landing.tokenHash } });
    changes.push({ remove: { kind: UPLOAD_COUNTS, id } }, { remove: { kind: UPLOAD_REQUEST, id } });
  }
  return changes;
}

/** For a request that is not there, or that the caller may not know of. */
export function noSuchRequest(): S3Error {
  return new S3Error('NoSuchEntity', { message: 'There is no upload request of that id.' });
}
