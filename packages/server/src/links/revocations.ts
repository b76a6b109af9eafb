/**
 * What was revoked besides links: single URLs by their signature, and by rules everything of somebody, somewhere or of a label that was signed
 * before a moment. Held in memory until anything is revoked, in any process: then the next request looks again.
 */
import type { RecordStore, StoredRecord } from '@latchkey/storage/record-store';
import type { Authenticated } from '../pipeline.ts';
import { type Link, REVOCATION, type Revocation, type RevocationTarget, type RevokedSignature } from './model.ts';
import { keyOf, type PrefixRules, requestThrough, targetsOf, wasSignedBefore } from './revocation-targets.ts';
import { signatureHash } from './signature-hash.ts';

export type Revocations = {
  /** What refuses a pre-signed request; without a promise where nothing has changed. Of several, one that also ends running transfers. */
  find(request: Authenticated): Revoked | undefined | Promise<Revoked | undefined>;
  /** The rule that refuses all that a link is good for; of several the one that was made first. */
  ruleAgainst(link: Link): Promise<Revocation | undefined>;
  /** Grows whenever something is revoked. */
  generation(): number;
};

export type Revoked = { readonly by: RevocationTarget['by'] | 'signature'; readonly isCut: boolean };

/** So many rules there may be: each is of another user, bucket, … */
export const MOST_RULES = 10_000;
/** So many signatures are held in memory; of more, each request looks its own up. */
const MOST_SIGNATURES = 10_000;

export const RULES = 'rule/';
export const SIGNATURES = 'signature/';

export function revocations(records: RecordStore): Revocations {
  const generation = () => records.generation(REVOCATION);
  let known: Known | undefined;
  let loading: { readonly generation: number; readonly known: Promise<Known> } | undefined;

  return {
    generation,
    find(request) {
      const now = generation();
      if (known?.generation === now) return search(known, request);
      return loaded(now).then((found) => search(found, request));
    },
    async ruleAgainst(link) {
      const now = generation();
      const found = known?.generation === now ? known : await loaded(now);
      if (found.rules.size === 0) return undefined;
      let first: Revocation | undefined;
      for (const rule of rulesFor(found, requestThrough(link))) if (first === undefined || rule.createdAt < first.createdAt) first = rule;
      return first;
    },
  };

  /** One reads for all that ask meanwhile. */
  function loaded(now: number): Promise<Known> {
    if (loading?.generation !== now) {
      loading = {
        generation: now,
        known: load(records, now).then((found) => {
          if (generation() === now) known = found;
          return found;
        }),
      };
      loading.known.catch(() => {
        loading = undefined;
      });
    }
    return loading.known;
  }

  function search(found: Known, request: Authenticated): Revoked | undefined | Promise<Revoked | undefined> {
    if (found.isEmpty) return undefined;
    const byRule = found.rules.size === 0 ? undefined : matchingRule(found, request);
    if (byRule?.isCut === true) return byRule;
    const bySignature = revokedSignature(found, request);
    return bySignature instanceof Promise ? bySignature.then((signature) => signature ?? byRule) : (bySignature ?? byRule);
  }

  function revokedSignature({ signatures }: Known, request: Authenticated): Revoked | undefined | Promise<Revoked | undefined> {
    if (signatures?.size === 0) return undefined;
    const hash = signatureHash(request);
    if (hash === undefined) return undefined;
    if (signatures === undefined) return records.get(REVOCATION, SIGNATURES + hash).then((record) => record && asRevoked(record));
    const isCut = signatures.get(hash);
    return isCut === undefined ? undefined : { by: 'signature', isCut };
  }
}

/** As it was at one generation. `signatures` are hashes, and whether each also ends running transfers; `undefined` where they are too many. */
type Known = {
  readonly generation: number;
  readonly isEmpty: boolean;
  readonly rules: ReadonlyMap<string, Revocation>;
  readonly prefixes: PrefixRules;
  readonly signatures: ReadonlyMap<string, boolean> | undefined;
};

async function load(records: RecordStore, generation: number): Promise<Known> {
  const rules = new Map<string, Revocation>();
  const prefixes = new Map<string, Revocation[]>();
  for await (const { value } of every(records, RULES, MOST_RULES)) {
    const rule = value as unknown as Revocation;
    rules.set(keyOf(rule), rule);
    if (rule.by === 'prefix') prefixes.set(rule.bucket, [...(prefixes.get(rule.bucket) ?? []), rule]);
  }
  const signatures = new Map<string, boolean>();
  let isWhole = true;
  for await (const record of every(records, SIGNATURES, MOST_SIGNATURES + 1)) {
    isWhole = signatures.size < MOST_SIGNATURES;
    if (isWhole) signatures.set(record.id.slice(SIGNATURES.length), asRevoked(record).isCut);
  }
  return { generation, isEmpty: rules.size === 0 && signatures.size === 0, rules, prefixes, signatures: isWhole ? signatures : undefined };
}

async function* every(records: RecordStore, prefix: string, most: number): AsyncGenerator<StoredRecord> {
  let after: string | undefined;
  let count = 0;
  do {
    const page = await records.list(REVOCATION, { prefix, after, limit: Math.min(1000, most - count) });
    yield* page.records;
    count += page.records.length;
    after = page.next;
  } while (after !== undefined && count < most);
}

const asRevoked = ({ value }: StoredRecord): Revoked => ({ by: 'signature', isCut: (value as unknown as RevokedSignature).isCut });

function matchingRule(known: Known, request: Authenticated): Revoked | undefined {
  let found: Revoked | undefined;
  for (const rule of rulesFor(known, request)) if (found === undefined || rule.isCut) found = { by: rule.by, isCut: rule.isCut };
  return found;
}

function* rulesFor(known: Known, request: Authenticated): Generator<Revocation> {
  for (const target of targetsOf(request, known.prefixes)) {
    const rule = known.rules.get(keyOf(target));
    if (rule !== undefined && wasSignedBefore(request, rule.signedBefore)) yield rule;
  }
}
