/** Links: made, listed, shown, changed and revoked. What each asks for depends on the link's own object: the links' code asks. */
import { S3Error } from '@latchkey/s3/errors';
import { optional } from 'valibot';
import { creationPermissions } from '../../links/link-permissions.ts';
import type { LinkView } from '../../links/links.ts';
import { members } from '../input.ts';
import { lastUseOf } from '../last-use.ts';
import { linkCaller } from '../link-caller.ts';
import { type ApiCall, defineApiOperation } from '../operation.ts';
import {
  asLinkChange,
  asNewLink,
  cutQuery,
  link,
  linkChange,
  linkFilter,
  linkQuery,
  linkUrl,
  newLinkWithPage,
  pageOf,
  shownLink,
  shownRequest,
} from '../schemas/link.ts';
import { text } from '../schemas/values.ts';

const asksItself = () => [];

export const createLink = defineApiOperation({
  name: 'CreateLink',
  method: 'POST',
  path: '/links',
  summary: 'Make a link: a URL, or a form, that works until it is revoked, used up or over',
  actions: ['latchkey:CreateLink'],
  body: newLinkWithPage,
  isIdempotent: true,
  answer: { status: 201, description: 'The link, with its URL', body: link },
  // Asked for again, it is answered as before: only to who might still make it.
  needs: ({ body }) => creationPermissions(body),
  async run(call) {
    const { stores, site, input } = call;
    const made = await stores.links.createLink(asNewLink(input.body, site.now()), linkCaller(call));
    return { body: shownLink(made), ...toldOf(made) };
  },
});

export const listLinks = defineApiOperation({
  name: 'ListLinks',
  method: 'GET',
  path: '/links',
  summary: 'Links that you made or may see, newest first; with their URLs, and when they were last used, where asked for',
  actions: ['latchkey:ReadLink', 'latchkey:ReadLinkUrl'],
  query: linkFilter,
  answer: { status: 200, description: 'A page of links', body: pageOf(link) },
  needs: asksItself,
  async run(call) {
    const { limit, after, withUrl, withLastUse, ...filter } = call.input.query;
    const { items: found, next } = await call.stores.links.listLinks(filter, { limit, after }, linkCaller(call));
    const items = withUrl ? await Promise.all(found.map((item) => withItsUrl(item, call))) : found;
    const shown = withLastUse === true ? await withLastUses(items, call) : items.map(shownLink);
    return { body: { items: shown, ...(next !== undefined && { next }) } };
  },
});

export const getLink = defineApiOperation({
  name: 'GetLink',
  method: 'GET',
  path: '/links/{id}',
  summary: 'One link; with its URL where asked for',
  actions: ['latchkey:ReadLink', 'latchkey:ReadLinkUrl'],
  query: linkQuery,
  answer: { status: 200, description: 'The link', body: link },
  needs: asksItself,
  async run(call) {
    const { withUrl = false } = call.input.query;
    const shown = await call.stores.links.showLink(idOf(call.input.path), linkCaller(call), { withUrl });
    return { body: shownLink(shown), ...toldOf(shown) };
  },
});

export const getLinkUrl = defineApiOperation({
  name: 'GetLinkUrl',
  method: 'POST',
  path: '/links/{id}/url',
  summary: 'The URL of a link once more; under a prefix, for one key',
  actions: ['latchkey:ReadLinkUrl'],
  body: members({ key: optional(text(1024)) }),
  answer: { status: 200, description: 'What the holder sends', body: linkUrl },
  needs: asksItself,
  async run(call) {
    const { path, body } = call.input;
    const shown = await call.stores.links.showLink(idOf(path), linkCaller(call), { withUrl: true, key: body.key });
    return { body: shownRequest(shown, body.key), ...toldOf(shown) };
  },
});

export const changeLink = defineApiOperation({
  name: 'ChangeLink',
  method: 'PATCH',
  path: '/links/{id}',
  summary: 'Extend, pause, resume or relabel a link, or change its terms; null takes a term away',
  actions: ['latchkey:ChangeLink'],
  body: linkChange,
  answer: { status: 200, description: 'The link as it is now', body: link },
  needs: asksItself,
  async run(call) {
    const { path, body } = call.input;
    const changed = await call.stores.links.changeLink(idOf(path), asLinkChange(body, call.site.now()), linkCaller(call));
    return { body: shownLink(changed), ...toldOf(changed) };
  },
});

export const revokeLink = defineApiOperation({
  name: 'RevokeLink',
  method: 'DELETE',
  path: '/links/{id}',
  summary: 'Revoke a link for good; cut=true also ends transfers that are running',
  actions: ['latchkey:RevokeLink'],
  query: cutQuery,
  answer: { status: 200, description: 'The link, revoked', body: link },
  needs: asksItself,
  async run(call) {
    const { cut } = call.input.query;
    const revoked = await call.stores.links.revokeLink(idOf(call.input.path), linkCaller(call), { ...(cut !== undefined && { cut }) });
    return { body: shownLink(revoked), ...toldOf(revoked) };
  },
});

/** A URL that the caller may not have is left out of a list; asked for by itself it is refused. */
async function withItsUrl(view: LinkView, call: ApiCall): Promise<LinkView> {
  try {
    return await call.stores.links.showLink(view.id, linkCaller(call), { withUrl: true });
  } catch (refusal) {
    if (refusal instanceof S3Error && refusal.status < 500) return view;
    throw refusal;
  }
}

/** One after the other: a page of links is no reason to ask the trail a hundred questions at once. */
async function withLastUses(items: readonly LinkView[], { stores }: ApiCall) {
  const shown: object[] = [];
  for (const item of items) {
    const lastUse = await lastUseOf(item.id, stores.trail);
    shown.push(lastUse === undefined ? shownLink(item) : { ...shownLink(item), lastUse });
  }
  return shown;
}

function idOf(path: Readonly<Record<string, string>>): string {
  return path.id ?? '';
}

/** What the trail is told of a call that turned out to be about this link. */
function toldOf({ id, bucket, key }: LinkView) {
  return { about: { bucket, key }, notes: { linkId: id } };
}
