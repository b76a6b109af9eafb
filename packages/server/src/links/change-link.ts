/** What a change makes of a link. */
import { invalidArgument, S3Error } from '@latchkey/s3/errors';
import { changedLanding } from '../landing/new-landing.ts';
import { checkTerms } from './check-terms.ts';
import type { LinkChange } from './links.ts';
import type { Link } from './model.ts';
import { textOf } from './new-link.ts';
import type { LinkTerms } from './terms.ts';

/** Throws InvalidArgument for terms that are none, UnmodifiableEntity for a link that was revoked: that is for good. */
export async function changedLink(link: Link, change: LinkChange, now: number): Promise<Link> {
  if (change.password !== undefined && link.landing === undefined)
    throw invalidArgument('A password is asked for by the page of a link, and this one has no page.', 'password');
  if (link.status === 'revoked') throw new S3Error('UnmodifiableEntity', { message: 'A link that was revoked can not be changed.' });
  const signedAt = change.newUrl === true ? now : link.signedAt;
  const terms = withChanges(link.terms, change.terms ?? {});
  // One that is over may still be paused, or get another label.
  if (changesTerms(change)) checkTerms(terms, link.method, { now, signedAt, hasPage: link.landing !== undefined });
  if (terms.expiresAt > link.extendableUntil)
    throw invalidArgument(
      `A link can be extended for ${Math.round((link.extendableUntil - link.createdAt) / 86_400_000)} days from its making.`,
      'terms.expiresAt',
      String(terms.expiresAt),
    );
  const { label, note, ...rest } = link;
  return {
    ...rest,
    ...textOf('label', changedText(label, change.label)),
    ...textOf('note', changedText(note, change.note)),
    status: change.status ?? link.status,
    terms,
    signedAt,
    ...(link.landing && { landing: await changedLanding(link.landing, change.password) }),
  };
}

/** Whether it makes the link good for anything that it was not good for. */
export function changesTerms({ terms = {}, newUrl }: LinkChange): boolean {
  return newUrl === true || Object.values(terms).some((value) => value !== undefined);
}

const changedText = (text: string | undefined, change: string | null | undefined): string | undefined =>
  change === undefined ? text : (change ?? undefined);

function withChanges(terms: LinkTerms, changes: NonNullable<LinkChange['terms']>): LinkTerms {
  const changed: Record<string, unknown> = { ...terms };
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) continue;
    if (value === null) delete changed[name];
    else changed[name] = value;
  }
  if (changed.expiresAt === undefined) throw invalidArgument('A link has to end some time.', 'terms.expiresAt');
  return changed as LinkTerms;
}
