/** What the guardrails leave of a link, so that it can be said before one is made. What refuses at its making is `link-guardrails.ts`. */
import type { Guardrails, PresignedKind, Term } from '../guardrails/document.ts';
import { EVERYWHERE, type GuardrailStore } from '../guardrails/store.ts';
import { LONGEST_WITH_PAGE_MS } from './check-terms.ts';
import { MAX_SIGNED_MS } from './model.ts';

export type LinkLimits = {
  /** Whether nothing of the kind can be made at all. */
  readonly isOff: boolean;
  /** How long it may work from its making. */
  readonly longestSeconds: number;
  /** Whether that is a guardrail's doing, and not the nature of a signature. */
  readonly isGuardrail: boolean;
  readonly requiredTerms: readonly Term[];
};

/** `page` is a download with a page for people, `write` one upload by URL, `form` one by a form, `request` a page to upload through. */
export type LimitsByKind = Readonly<Record<PresignedKind | 'page' | 'request', LinkLimits>>;

/** Of links to objects of this bucket, as the guardrails are now. */
export async function linkLimits(bucket: string, store: Pick<GuardrailStore, 'find'>): Promise<LimitsByKind> {
  const both = [(await store.find(EVERYWHERE)) ?? {}, (await store.find(bucket)) ?? {}];
  return {
    read: limitsOf(both, 'read', lifetime(both, 'read')),
    write: limitsOf(both, 'write', lifetime(both, 'write')),
    form: limitsOf(both, 'form', lifetime(both, 'form')),
    page: limitsOf(both, 'read', pageLifetime(both, 'read')),
    request: limitsOf(both, 'write', pageLifetime(both, 'write')),
  };
}

type Lifetime = Pick<LinkLimits, 'longestSeconds' | 'isGuardrail'>;

function limitsOf(both: readonly Guardrails[], kind: PresignedKind, lifetime: Lifetime): LinkLimits {
  return {
    isOff: both.some(({ presignedForms, presignedUrls }) => (kind === 'form' ? presignedForms : presignedUrls) === false),
    ...lifetime,
    requiredTerms: [...new Set(both.flatMap(({ requiredTerms }) => requiredTerms?.[kind] ?? []))],
  };
}

const SIGNED_SECONDS = MAX_SIGNED_MS / 1000;
const LONGEST_SECONDS = LONGEST_WITH_PAGE_MS / 1000;

function lifetime(both: readonly Guardrails[], kind: PresignedKind): Lifetime {
  const longestSeconds = Math.min(SIGNED_SECONDS, ...both.flatMap(({ maxLifetimeSeconds }) => maxLifetimeSeconds?.[kind] ?? []));
  return { longestSeconds, isGuardrail: longestSeconds < SIGNED_SECONDS };
}

/** Where a guardrail limits what is pre-signed and is silent about pages, it means both; where none says anything of pages, seven days. */
function pageLifetime(both: readonly Guardrails[], kind: 'read' | 'write'): Lifetime {
  const said = both.flatMap(({ pageLifetimeSeconds }) => pageLifetimeSeconds ?? []);
  const meant = both.flatMap(({ pageLifetimeSeconds, maxLifetimeSeconds }) =>
    pageLifetimeSeconds === undefined ? (maxLifetimeSeconds?.[kind] ?? []) : [],
  );
  const longestSeconds = Math.min(LONGEST_SECONDS, ...meant, ...(said.length === 0 ? [SIGNED_SECONDS] : said));
  return { longestSeconds, isGuardrail: said.length > 0 ? longestSeconds < LONGEST_SECONDS : longestSeconds < SIGNED_SECONDS };
}
