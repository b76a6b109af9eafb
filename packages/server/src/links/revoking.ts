/** Revoking what is no link, or many links at once: by the signature of one URL, or by a rule. */
import { invalidArgument, S3Error } from '@latchkey/s3/errors';
import { MAX_SKEW_MS } from '@latchkey/sigv4/rules';
import type { JsonValue, RecordStore } from '@latchkey/storage/record-store';
import { rootArn } from '../identity/arns.ts';
import type { Principal } from '../identity/principals.ts';
import { tokenHash } from '../landing/token.ts';
import { checkedTarget, resourceOf } from './checked-target.ts';
import { refuseLinksAndStrangers } from './link-permissions.ts';
import type { LinkServiceOptions } from './link-service.ts';
import type { LinkCaller, Links, NewRevocation } from './links.ts';
import { LANDING, MAX_SIGNED_MS, REVOCATION, type Revocation, type RevocationTarget, type RevokedSignature } from './model.ts';
import { ruleId } from './revocation-targets.ts';
import { MOST_RULES, RULES, SIGNATURES } from './revocations.ts';
import { presignedUrlFacts } from './url-facts.ts';
import { verifiedResource } from './verified-url.ts';

type Options = LinkServiceOptions & Pick<Links, 'revokeLink'>;

const DAY_MS = 24 * 3600 * 1000;
const SWEPT_AT_ONCE = 20;

export function revoking(options: Options): Pick<Links, 'revoke' | 'listRevocations' | 'removeRevocation'> {
  const { records, site, revokeLink } = options;
  const demand = (resource: string, { judge }: LinkCaller) => judge.demand({ action: 'latchkey:RevokeUrl', resource });

  return {
    async revoke(rule, caller) {
      refuseLinksAndStrangers(caller);
      const { cut = false } = rule;
      if (rule.by === 'url') {
        const ofPage = await linkOfPage(rule.url);
        if (ofPage !== undefined) return { kind: 'link', link: await revokeLink(ofPage, caller, { cut }) };
        const facts = presignedUrlFacts(rule.url);
        if (facts === undefined) throw invalidArgument('This is no pre-signed URL.', 'url');
        if (facts.linkId !== undefined) return { kind: 'link', link: await revokeLink(facts.linkId, caller, { cut }) };
        await demand((await verifiedResource(facts, options)) ?? '*', caller);
        return signatureRevoked(facts.signatureHash, facts.expiresAt + DAY_MS, cut, caller);
      }
      if (rule.by === 'signature') {
        if (!/^[0-9a-f]{64}$/.test(rule.hash)) throw invalidArgument('The hash of a signature is 64 hex digits.', 'hash', rule.hash);
        await demand('*', caller);
        // SigV4 is over in a week; when a URL of SigV2 ends, its hash does not say.
        const keptMs = site.signatures.sigv2 ? 3650 * DAY_MS : MAX_SIGNED_MS + DAY_MS;
        return signatureRevoked(rule.hash, site.now() + keptMs, cut, caller);
      }
      const target = checkedTarget(rule);
      await demand(resourceOf(target, site.accountId), caller);
      return { kind: 'rule', revocation: await ruleMade(target, rule, caller) };
    },

    async listRevocations({ after, limit }, caller) {
      refuseLinksAndStrangers(caller);
      await demand('*', caller);
      const rules = await allRules(records);
      rules.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1));
      const start = after === undefined ? 0 : rules.findIndex(({ id }) => id === after) + 1;
      const items = rules.slice(start, start + limit);
      return { items, next: start + limit < rules.length ? items.at(-1)?.id : undefined };
    },

    async removeRevocation(id, caller) {
      refuseLinksAndStrangers(caller);
      await demand('*', caller);
      if (/^[0-9a-f]{32}$/.test(id) && (await records.get(REVOCATION, RULES + id)) !== undefined) {
        await records.commit([{ remove: { kind: REVOCATION, id: RULES + id } }]);
        return;
      }
      throw new S3Error('NoSuchEntity', { message: 'There is no revocation of that id.' });
    },
  };

  /** The id of the link whose page a URL shows; `undefined` where it shows none. */
  async function linkOfPage(url: string): Promise<string | undefined> {
    const token = /^https?:\/\/[^/?#]+\/l\/([\w-]{22})(?:[/?#]|$)/.exec(url)?.[1];
    if (token === undefined) return undefined;
    return ((await records.get(LANDING, tokenHash(token)))?.value as { readonly link: string } | undefined)?.link;
  }

  async function signatureRevoked(hash: string, forgetAfter: number, isCut: boolean, { principal }: LinkCaller) {
    const now = site.now();
    const value: RevokedSignature = { hash, createdAt: now, createdBy: arnOf(principal, site.accountId), forgetAfter, isCut };
    await records.commit([
      ...(await forgotten(records, hash, now)),
      { put: { kind: REVOCATION, id: SIGNATURES + hash, value: value as unknown as JsonValue } },
    ]);
    return { kind: 'signature', hash, forgetAfter } as const;
  }

  /** One rule for one target: it speaks of the later of two moments. */
  async function ruleMade(target: RevocationTarget, { signedBefore, cut }: NewRevocation, { principal }: LinkCaller): Promise<Revocation> {
    const now = site.now();
    const moment = signedBefore ?? now;
    if (!Number.isSafeInteger(moment) || moment < 0 || moment > now + MAX_SKEW_MS)
      throw invalidArgument('What was signed before a moment can be revoked up to 15 minutes from now.', 'signedBefore', String(moment));
    const id = ruleId(target);
    const known = (await records.get(REVOCATION, RULES + id))?.value as unknown as Revocation | undefined;
    if (known === undefined && (await allRules(records)).length >= MOST_RULES)
      throw new S3Error('LimitExceeded', { message: `There are ${MOST_RULES} revocations. Remove some, or revoke more with one.` });
    const revocation: Revocation = {
      ...target,
      id,
      signedBefore: Math.max(moment, known?.signedBefore ?? 0),
      createdAt: now,
      createdBy: arnOf(principal, site.accountId),
      isCut: cut === true,
    };
    await records.commit([{ put: { kind: REVOCATION, id: RULES + id, value: revocation as unknown as JsonValue } }]);
    return revocation;
  }
}

export function arnOf(principal: Principal, accountId: string): string {
  return 'arn' in principal ? principal.arn : rootArn(accountId);
}

/** As many as there may be, which is not many. */
async function allRules(records: RecordStore): Promise<Revocation[]> {
  const rules: Revocation[] = [];
  let after: string | undefined;
  do {
    const page = await records.list(REVOCATION, { prefix: RULES, after, limit: 1000 });
    for (const { value } of page.records) rules.push(value as unknown as Revocation);
    after = page.next;
  } while (after !== undefined);
  return rules;
}

/** Some signatures of URLs that are over: each new one sweeps a few out, beginning anywhere. */
async function forgotten(records: RecordStore, hash: string, now: number) {
  const { records: some } = await records.list(REVOCATION, { prefix: SIGNATURES, after: SIGNATURES + hash, limit: SWEPT_AT_ONCE });
  const over = some.filter(({ value }) => (value as unknown as RevokedSignature).forgetAfter < now);
  return over.map(({ id }) => ({ remove: { kind: REVOCATION, id } }));
}
