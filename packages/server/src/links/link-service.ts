/** Links as the record store keeps them, for whoever may: see `Links` for what each function promises. */
import { S3Error } from '@latchkey/s3/errors';
import type { JsonValue, RecordStore } from '@latchkey/storage/record-store';
import type { UseStore } from '@latchkey/storage/use-store';
import type { GuardrailStore } from '../guardrails/store.ts';
import { changing } from '../identity/documents.ts';
import type { Identities } from '../identity/identities.ts';
import { secretAccessKey as newSecret } from '../identity/unique-ids.ts';
import { requireOwnEndpoint } from '../landing/known-endpoint.ts';
import type { Site } from '../pipeline.ts';
import { dueChanges } from '../webhooks/due-links.ts';
import type { Events } from '../webhooks/events.ts';
import type { Happened } from '../webhooks/link-event.ts';
import { changedLink, changesTerms } from './change-link.ts';
import { checkGuardrails } from './link-guardrails.ts';
import { isLinkId } from './link-id.ts';
import { creationPermissions, type LinkAction, mayOn, refuseLinksAndStrangers } from './link-permissions.ts';
import { linkRequest } from './link-request.ts';
import { linkView } from './link-view.ts';
import type { LinkCaller, LinkFilter, Links, LinkView, Page, PageOf } from './links.ts';
import { LANDING, LINK, type Link } from './model.ts';
import { forgottenLinks, newLink } from './new-link.ts';
import type { Revocations } from './revocations.ts';
import { arnOf, revoking } from './revoking.ts';
import { shownPage } from './shown-page.ts';

export type LinkServiceOptions = {
  readonly records: RecordStore;
  readonly uses: UseStore;
  readonly revocations: Pick<Revocations, 'ruleAgainst'>;
  readonly identities: Identities;
  readonly guardrails: GuardrailStore;
  readonly events: Pick<Events, 'changesFor'>;
  readonly site: Site;
  /** Where links point that do not say otherwise: the URL of the S3 address as clients reach it. */
  readonly endpoint: () => string;
  /** Where the pages of links are: the URL of the console address as people reach it, without a slash at the end. */
  readonly consoleUrl: () => string;
};

export function createLinks(options: LinkServiceOptions): Links {
  const { records, identities, guardrails, events, site } = options;
  const secretOf = (link: Link) => identities.sealer.open(link.secret, `link/${link.id}`);
  const viewOf = (link: Link) => linkView(link, options, site.now());
  const withRequest = async (link: Link, key?: string): Promise<LinkView> => ({
    ...(await viewOf(link)),
    ...addressesOf(link, key),
  });
  /** A link with a password is opened on its page only. */
  const addressesOf = (link: Link, key?: string): Pick<LinkView, 'request' | 'landing'> => ({
    request: link.landing?.password === undefined ? linkRequest(link, secretOf(link), site.region, key) : undefined,
    landing: link.landing && {
      hasPassword: link.landing.password !== undefined,
      url: `${options.consoleUrl()}/l/${identities.sealer.open(link.landing.token, `landing/${link.id}`)}`,
    },
  });

  const service = {
    async createLink(input, caller) {
      refuseLinksAndStrangers(caller);
      for (const permission of creationPermissions(input)) await caller.judge.demand(permission);
      const link = await newLink(input, caller, options);
      if (link.landing !== undefined) requireOwnEndpoint(link.endpoint, site, [options.endpoint(), options.consoleUrl()]);
      await checkGuardrails(link, guardrails);
      // Signed first: a key that no URL can hold makes no link.
      const addresses = addressesOf(link);
      const removals = await forgottenLinks(records, link.createdAt);
      const put = { put: { kind: LINK, id: link.id, value: jsonOf(link) }, ifVersion: 0 };
      const address = link.landing && { put: { kind: LANDING, id: link.landing.tokenHash, value: { link: link.id } }, ifVersion: 0 };
      const told = await events.changesFor([{ type: 'link.created', link }]);
      const { committed } = await records.commit([
        ...removals,
        put,
        ...(address === undefined ? [] : [address]),
        ...dueChanges(undefined, link),
        ...told,
      ]);
      if (!committed) throw new S3Error('ConcurrentModification');
      return { ...(await viewOf(link)), ...addresses };
    },

    async listLinks(filter, page, caller) {
      refuseLinksAndStrangers(caller);
      const { items, next } = await matchingLinks(filter, page, caller);
      return { items, next };
    },

    async showLink(id, caller, { withUrl = false, key } = {}) {
      const link = await linkFor('ReadLink', id, caller);
      if (!withUrl) return viewOf(link);
      if (!(await mayOn('ReadLinkUrl', link, caller))) throw new S3Error('AccessDenied');
      return withRequest(link, key);
    },

    async changeLink(id, change, caller) {
      await linkFor('ChangeLink', id, caller);
      const changed = await rewritten(id, async (link) => {
        const after = await changedLink(link, change, site.now());
        // A pause needs no guardrail's leave.
        if (changesTerms(change)) await checkGuardrails(after, guardrails);
        // Who has a URL from before would not be asked for the password.
        return typeof change.password === 'string' ? { ...after, secret: identities.sealer.seal(newSecret(), `link/${id}`) } : after;
      });
      const showsUrl = change.newUrl === true && (await mayOn('ReadLinkUrl', changed, caller));
      return showsUrl ? withRequest(changed) : viewOf(changed);
    },

    async revokeLink(id, caller, { cut = false } = {}) {
      await linkFor('RevokeLink', id, caller);
      const revokedBy = arnOf(caller.principal, site.accountId);
      const revoked = await rewritten(
        id,
        async (link) => ({
          ...link,
          status: 'revoked',
          ...(link.revokedAt === undefined && { revokedAt: site.now(), revokedBy }),
          isCut: link.isCut === true || cut,
        }),
        (before, link) => (before.status === 'revoked' ? [] : [{ type: 'link.revoked', link, more: { revokedBy } }]),
      );
      return viewOf(revoked);
    },
  } satisfies Partial<Links>;

  return { ...service, ...revoking({ ...options, revokeLink: service.revokeLink }) };

  /** Throws NoSuchEntity alike for a link that is not there and one that the caller may not see, AccessDenied for one seen but not for this. */
  async function linkFor(action: LinkAction, id: string, caller: LinkCaller): Promise<Link> {
    refuseLinksAndStrangers(caller);
    const link = isLinkId(id) ? ((await records.get(LINK, id))?.value as unknown as Link | undefined) : undefined;
    const mayDo = link !== undefined && (await mayOn(action, link, caller));
    if (link !== undefined && mayDo) return link;
    if (link !== undefined && action !== 'ReadLink' && (await mayOn('ReadLink', link, caller))) throw new S3Error('AccessDenied');
    throw new S3Error('NoSuchEntity', { message: `There is no link ${isLinkId(id) ? id : 'of that id'}.` });
  }

  async function rewritten(
    id: string,
    rewrite: (link: Link) => Promise<Link>,
    happened: (before: Link, after: Link) => readonly Happened[] = () => [],
  ): Promise<Link> {
    return changing(records, async () => {
      const stored = await records.get(LINK, id);
      if (stored === undefined) throw new S3Error('NoSuchEntity');
      const before = stored.value as unknown as Link;
      const result = await rewrite(before);
      const told = await events.changesFor(happened(before, result));
      const put = { put: { kind: LINK, id, value: jsonOf(result) }, ifVersion: stored.version };
      return { changes: [put, ...dueChanges(before, result), ...told], result };
    });
  }

  async function matchingLinks(filter: LinkFilter, page: Page, caller: LinkCaller): Promise<PageOf<LinkView>> {
    return shownPage<Link, LinkView>(records, LINK, page, async (link) => {
      if (!isOf(link, filter) || !(await mayOn('ReadLink', link, caller))) return undefined;
      const view = await viewOf(link);
      return filter.status === undefined || view.status === filter.status ? view : undefined;
    });
  }
}

function isOf(link: Link, { bucket, prefix, label, method, createdBy }: LinkFilter): boolean {
  if (bucket !== undefined && link.bucket !== bucket) return false;
  if (prefix !== undefined && !(link.keys ?? [link.key ?? link.keyPrefix ?? '']).some((key) => key.startsWith(prefix))) return false;
  if (label !== undefined && link.label !== label) return false;
  if (method !== undefined && link.method !== method) return false;
  return createdBy === undefined || link.createdBy === createdBy;
}

/** Without members that are `undefined`, which JSON does not know. */
const jsonOf = (link: Link): JsonValue => JSON.parse(JSON.stringify(link)) as JsonValue;
