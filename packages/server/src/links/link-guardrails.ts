/** Guardrails at the making of a link: what would be refused at every use is said at once. They hold at every use all the same. */
import { invalidArgument } from '@latchkey/s3/errors';
import type { Guardrails, PresignedKind } from '../guardrails/document.ts';
import { hasTerm } from '../guardrails/respect.ts';
import { EVERYWHERE, type GuardrailStore } from '../guardrails/store.ts';
import { type Link, MAX_SIGNED_MS } from './model.ts';

const KINDS: Readonly<Record<Link['method'], PresignedKind>> = { GET: 'read', PUT: 'write', POST: 'form' };

/** Throws InvalidArgument that names the term which a guardrail wants otherwise. */
export async function checkGuardrails(link: Link, store: GuardrailStore): Promise<void> {
  refuseAgainst((await store.find(EVERYWHERE)) ?? {}, link, 'every bucket');
  refuseAgainst((await store.find(link.bucket)) ?? {}, link, `the bucket ${link.bucket}`);
  if (link.landing === undefined) return;
  const latest = await latestWithPage(link, store);
  if (link.terms.expiresAt > latest)
    throw invalidArgument(
      `The guardrails let a link with a page live for ${Math.round((latest - link.createdAt) / 1000)} seconds (pageLifetimeSeconds).`,
      'terms.expiresAt',
      String(link.terms.expiresAt),
    );
}

/** When the page of a link ends at the latest, as the guardrails are now; milliseconds since the epoch. */
export async function latestWithPage(link: Link, store: GuardrailStore, kind: 'read' | 'write' = 'read'): Promise<number> {
  const both = [(await store.find(EVERYWHERE)) ?? {}, (await store.find(link.bucket)) ?? {}];
  const allowed = both.flatMap(({ pageLifetimeSeconds }) => (pageLifetimeSeconds === undefined ? [] : [pageLifetimeSeconds]));
  // Where a guardrail limits what is pre-signed and is silent about pages, it means both.
  const limits = both.flatMap(({ pageLifetimeSeconds, maxLifetimeSeconds }) =>
    pageLifetimeSeconds === undefined && maxLifetimeSeconds?.[kind] !== undefined ? [maxLifetimeSeconds[kind]] : [],
  );
  return link.createdAt + 1000 * Math.min(...limits, ...(allowed.length === 0 ? [MAX_SIGNED_MS / 1000] : allowed));
}

function refuseAgainst(guardrails: Guardrails, { method, terms, signedAt, landing }: Link, place: string): void {
  const kind = KINDS[method];
  const isOff = kind === 'form' ? guardrails.presignedForms === false : guardrails.presignedUrls === false;
  if (isOff) throw refused('method', method, `${place} refuses it: pre-signed ${kind === 'form' ? 'forms' : 'URLs'} are off.`);
  const limit = guardrails.maxLifetimeSeconds?.[kind];
  if (limit !== undefined && landing === undefined && terms.expiresAt > signedAt + limit * 1000)
    throw refused('terms.expiresAt', String(terms.expiresAt), `${place} lets what is pre-signed for this work for ${limit} seconds.`);
  for (const term of guardrails.requiredTerms?.[kind] ?? [])
    if (!hasTerm(terms, term)) throw refused('terms', term, `${place} asks for the term ${term}.`);
}

function refused(name: string, value: string, rule: string): Error {
  return invalidArgument(`A guardrail of ${rule}`, name, value);
}
