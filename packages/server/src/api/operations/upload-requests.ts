/** Upload requests: made, listed, shown, changed and closed, and what came through them. What each asks for depends on its prefix: their own code asks. */
import { S3Error } from '@latchkey/s3/errors';
import { requestPermission } from '../../upload-requests/request-permissions.ts';
import type { UploadRequestView } from '../../upload-requests/upload-requests.ts';
import { linkCaller } from '../link-caller.ts';
import { type ApiCall, defineApiOperation } from '../operation.ts';
import { linkQuery } from '../schemas/link.ts';
import {
  asNewUploadRequest,
  asUploadRequestChange,
  deliveryPage,
  deliveryQuery,
  newUploadRequest,
  shownDelivery,
  shownUploadRequest,
  uploadRequest,
  uploadRequestChange,
  uploadRequestFilter,
  uploadRequestPage,
} from '../schemas/upload-request.ts';

const asksItself = () => [];

export const createUploadRequest = defineApiOperation({
  name: 'CreateUploadRequest',
  method: 'POST',
  path: '/requests',
  summary: 'Make an upload request: a page where people without an account deliver files into a prefix, within terms',
  actions: ['latchkey:CreateUploadRequest'],
  body: newUploadRequest,
  isIdempotent: true,
  answer: { status: 201, description: 'The request, with the address of its page', body: uploadRequest },
  // Asked for again, it is answered as before: only to who might still make it.
  needs: ({ body }) => [requestPermission('CreateUploadRequest', body)],
  async run(call) {
    const { stores, site, input } = call;
    const made = await stores.uploadRequests.create(asNewUploadRequest(input.body, site.now()), linkCaller(call));
    return { body: shownUploadRequest(made), ...toldOf(made) };
  },
});

export const listUploadRequests = defineApiOperation({
  name: 'ListUploadRequests',
  method: 'GET',
  path: '/requests',
  summary: 'Upload requests that you made or may see, newest first; with their addresses where asked for',
  actions: ['latchkey:ReadUploadRequest', 'latchkey:ReadUploadRequestUrl'],
  query: uploadRequestFilter,
  answer: { status: 200, description: 'A page of upload requests', body: uploadRequestPage },
  needs: asksItself,
  async run(call) {
    const { limit, after, withUrl, ...filter } = call.input.query;
    const { items: found, next } = await call.stores.uploadRequests.list(filter, { limit, after }, linkCaller(call));
    const items = withUrl ? await Promise.all(found.map((item) => withItsUrl(item, call))) : found;
    return { body: { items: items.map(shownUploadRequest), ...(next !== undefined && { next }) } };
  },
});

export const getUploadRequest = defineApiOperation({
  name: 'GetUploadRequest',
  method: 'GET',
  path: '/requests/{id}',
  summary: 'One upload request; with its address where asked for',
  actions: ['latchkey:ReadUploadRequest', 'latchkey:ReadUploadRequestUrl'],
  query: linkQuery,
  answer: { status: 200, description: 'The request', body: uploadRequest },
  needs: asksItself,
  async run(call) {
    const { withUrl = false } = call.input.query;
    const shown = await call.stores.uploadRequests.show(idOf(call), linkCaller(call), { withUrl });
    return { body: shownUploadRequest(shown), ...toldOf(shown) };
  },
});

export const changeUploadRequest = defineApiOperation({
  name: 'ChangeUploadRequest',
  method: 'PATCH',
  path: '/requests/{id}',
  summary: 'Extend, relabel, close or reopen an upload request, or change its terms; null takes a term away',
  actions: ['latchkey:ChangeUploadRequest'],
  body: uploadRequestChange,
  answer: { status: 200, description: 'The request as it is now', body: uploadRequest },
  needs: asksItself,
  async run(call) {
    const change = asUploadRequestChange(call.input.body, call.site.now());
    const changed = await call.stores.uploadRequests.change(idOf(call), change, linkCaller(call));
    return { body: shownUploadRequest(changed), ...toldOf(changed) };
  },
});

export const closeUploadRequest = defineApiOperation({
  name: 'CloseUploadRequest',
  method: 'DELETE',
  path: '/requests/{id}',
  summary: 'Close an upload request: nothing more is accepted. What was delivered stays',
  actions: ['latchkey:CloseUploadRequest'],
  answer: { status: 200, description: 'The request, closed', body: uploadRequest },
  needs: asksItself,
  async run(call) {
    const closed = await call.stores.uploadRequests.close(idOf(call), linkCaller(call));
    return { body: shownUploadRequest(closed), ...toldOf(closed) };
  },
});

export const listDeliveries = defineApiOperation({
  name: 'ListDeliveries',
  method: 'GET',
  path: '/requests/{id}/deliveries',
  summary: 'What was delivered through an upload request and what is under way, newest first',
  actions: ['latchkey:ReadUploadRequest'],
  query: deliveryQuery,
  answer: { status: 200, description: 'A page of deliveries', body: deliveryPage },
  needs: asksItself,
  async run(call) {
    const { items, next, request } = await call.stores.uploadRequests.deliveries(idOf(call), call.input.query, linkCaller(call));
    return { body: { items: items.map(shownDelivery), ...(next !== undefined && { next }) }, ...toldOf(request) };
  },
});

/** An address that the caller may not have is left out of a list; asked for by itself it is refused. */
async function withItsUrl(view: UploadRequestView, call: ApiCall): Promise<UploadRequestView> {
  try {
    return await call.stores.uploadRequests.show(view.id, linkCaller(call), { withUrl: true });
  } catch (refusal) {
    if (refusal instanceof S3Error && refusal.status < 500) return view;
    throw refusal;
  }
}

function idOf({ input }: { readonly input: Pick<ApiCall['input'], 'path'> }): string {
  return input.path.id ?? '';
}

/** What the trail is told of a call that turned out to be about this request. */
function toldOf({ id, bucket }: UploadRequestView) {
  return { about: { bucket }, notes: { linkId: id } };
}
