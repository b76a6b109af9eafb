/** A link that is about to be made. */
import { invalidArgument } from '@latchkey/s3/errors';
import { bucketName } from '@latchkey/s3/names';
import type { RecordChange, RecordStore } from '@latchkey/storage/record-store';
import { secretAccessKey as newSecret } from '../identity/unique-ids.ts';
import { newLanding } from '../landing/new-landing.ts';
import { dueChanges } from '../webhooks/due-links.ts';
import { checkTerms, LONGEST_WITH_PAGE_MS } from './check-terms.ts';
import { firstLinkIdAt, newLinkId } from './link-id.ts';
import { issuerOf } from './link-issuer.ts';
import { subjectOf } from './link-keys.ts';
import type { LinkServiceOptions } from './link-service.ts';
import type { LinkCaller, NewLink } from './links.ts';
import { LANDING, LINK, type Link } from './model.ts';

const DAY_MS = 24 * 3600 * 1000;
/** Until so long after it was made a link may be extended, and its uses are remembered. */
const EXTENDABLE_MS = 90 * DAY_MS;
/** So long its record is kept, over or not. */
const KEPT_MS = LONGEST_WITH_PAGE_MS + 90 * DAY_MS;
const SWEPT_AT_ONCE = 20;

/** Throws InvalidArgument, InvalidBucketName, KeyTooLongError for what can not be one. Nothing is stored yet. */
export async function newLink(
  input: NewLink,
  { principal }: LinkCaller,
  { records, identities, site, endpoint }: LinkServiceOptions,
): Promise<Link> {
  const now = site.now();
  const { method, terms } = input;
  bucketName(input.bucket);
  const hasPage = input.landing === true || input.password !== undefined;
  const subject = subjectOf(input, hasPage);
  checkTerms(terms, method, { now, signedAt: now, hasPage });
  const id = newLinkId(now);
  return {
    id,
    ...(await issuerOf(principal, records, site.accountId)),
    createdAt: now,
    method,
    bucket: input.bucket,
    ...subject,
    endpoint: input.endpoint ?? endpoint(),
    style: input.style ?? 'path',
    terms,
    ...textOf('label', input.label),
    ...textOf('note', input.note),
    status: 'active',
    secret: identities.sealer.seal(newSecret(), `link/${id}`),
    signedAt: now,
    extendableUntil: now + (hasPage ? LONGEST_WITH_PAGE_MS : EXTENDABLE_MS),
    ...(hasPage && { landing: await newLanding(id, input, identities.sealer) }),
  };
}

const LONGEST = { label: 256, note: 1024 } as const;

/** Throws InvalidArgument for a text that is too long or empty. */
export function textOf<Name extends keyof typeof LONGEST>(name: Name, text: string | undefined): { readonly [N in Name]?: string } {
  if (text === undefined) return {};
  if (text === '' || text.length > LONGEST[name])
    throw invalidArgument(`The ${name} of a link has 1 to ${LONGEST[name]} characters.`, name, text.slice(0, 100));
  return { [name]: text } as { readonly [N in Name]?: string };
}

/** Removes some that are over for good: each new link sweeps a few out. The oldest come last. */
export async function forgottenLinks(records: RecordStore, now: number): Promise<RecordChange[]> {
  const { records: old } = await records.list(LINK, { after: firstLinkIdAt(now - KEPT_MS), limit: SWEPT_AT_ONCE });
  return old.flatMap(({ id, value }) => {
    const link = value as unknown as Link;
    const page = link.landing && { remove: { kind: LANDING, id: link.landing.tokenHash } };
    return [{ remove: { kind: LINK, id } }, ...(page === undefined ? [] : [page]), ...dueChanges(link, undefined)];
  });
}
