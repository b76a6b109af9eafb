/** What is refused from the next request on, besides single links: URLs that an SDK signed, everything of a user, a label, a bucket. */

import { optional } from 'valibot';
import type { AuditNotes } from '../../audit/event.ts';
import type { RevocationDone } from '../../links/links.ts';
import { members } from '../input.ts';
import { linkCaller } from '../link-caller.ts';
import { defineApiOperation } from '../operation.ts';
import { newRevocation, pageOf, revocation, revoked, shownLink, shownRevocation } from '../schemas/link.ts';
import { cursor, isoTime, limit } from '../schemas/values.ts';

const asksItself = () => [];

export const createRevocation = defineApiOperation({
  name: 'CreateRevocation',
  method: 'POST',
  path: '/revocations',
  summary: 'Revoke one URL, or everything that was signed before a moment',
  actions: ['latchkey:RevokeUrl', 'latchkey:RevokeLink'],
  body: newRevocation,
  isIdempotent: true,
  answer: { status: 201, description: 'What has been revoked', body: revoked },
  needs: asksItself,
  async run(call) {
    const done = await call.stores.links.revoke(call.input.body, linkCaller(call));
    return { body: shownDone(done), notes: notesOf(done) };
  },
});

export const listRevocations = defineApiOperation({
  name: 'ListRevocations',
  method: 'GET',
  path: '/revocations',
  summary: 'Rules in force, newest first',
  actions: ['latchkey:RevokeUrl'],
  query: members({ limit: optional(limit, 100), after: optional(cursor) }),
  answer: { status: 200, description: 'A page of rules', body: pageOf(revocation) },
  needs: asksItself,
  async run(call) {
    const { items, next } = await call.stores.links.listRevocations(call.input.query, linkCaller(call));
    return { body: { items: items.map(shownRevocation), ...(next !== undefined && { next }) } };
  },
});

export const removeRevocation = defineApiOperation({
  name: 'RemoveRevocation',
  method: 'DELETE',
  path: '/revocations/{id}',
  summary: 'End a rule: what it refused works again',
  actions: ['latchkey:RevokeUrl'],
  answer: { status: 204, description: 'It is gone' },
  needs: asksItself,
  async run(call) {
    await call.stores.links.removeRevocation(call.input.path.id ?? '', linkCaller(call));
    return {};
  },
});

/** The trail has the hash, and not the URL. */
function notesOf(done: RevocationDone): AuditNotes {
  switch (done.kind) {
    case 'link':
      return { linkId: done.link.id };
    case 'signature':
      return { response: { signatureHash: done.hash } };
    case 'rule':
      return { response: { revocationId: done.revocation.id } };
  }
}

function shownDone(done: RevocationDone) {
  switch (done.kind) {
    case 'link':
      return { kind: done.kind, link: shownLink(done.link) };
    case 'signature':
      return { kind: done.kind, hash: done.hash, forgetAfter: isoTime(done.forgetAfter) };
    case 'rule':
      return { kind: done.kind, revocation: shownRevocation(done.revocation) };
  }
}
