/** The presign API: for an application that knows its users, and lets them up- and download without passing the bytes through itself. */
import { S3Error } from '@latchkey/s3/errors';
import type { InferOutput } from 'valibot';
import { linkPermission } from '../../links/link-permissions.ts';
import { invalidInput } from '../input.ts';
import { linkCaller } from '../link-caller.ts';
import { type ApiCall, defineApiOperation } from '../operation.ts';
import { problemOf } from '../problem.ts';
import { asNewLink, type newLink, shownRequest } from '../schemas/link.ts';
import { isMany, presignBody, presigned } from '../schemas/presign.ts';

export const presign = defineApiOperation({
  name: 'Presign',
  method: 'POST',
  path: '/presign',
  summary:
    'Make what a client sends to download or upload: a URL or a form, one or up to 100 at once. Each is a link, which can be revoked',
  actions: ['latchkey:CreateLink'],
  body: presignBody,
  isIdempotent: true,
  answer: { status: 200, description: 'What the client sends; for several, one item each in their order', body: presigned },
  // All or nothing: otherwise a repeated request would show URLs to who may not make them any more.
  needs: ({ body }) => (isMany(body) ? body.requests : [body]).map((request) => linkPermission('CreateLink', request)),
  async run(call) {
    const { body } = call.input;
    if (!isMany(body)) {
      const { body: answer, made } = await madeFor(body, call);
      return { body: answer, about: made, notes: { linkId: made.linkId } };
    }
    const answers = await Promise.allSettled(body.requests.map((request) => madeFor(request, call)));
    const broken = answers.find((answer) => answer.status === 'rejected' && !isRefusal(answer.reason));
    if (broken !== undefined) throw (broken as PromiseRejectedResult).reason;
    const items = answers.map((answer) =>
      answer.status === 'fulfilled' ? answer.value.body : { problem: problemOf(answer.reason, call.caller.requestId) },
    );
    const affected = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.made] : []));
    return { body: { items }, notes: { affected } };
  },
});

function isRefusal(reason: unknown): boolean {
  return reason instanceof S3Error && reason.status < 500;
}

async function madeFor(request: InferOutput<typeof newLink>, call: ApiCall) {
  const { stores, site } = call;
  if (request.method !== 'POST' && request.key === undefined) throw invalidInput([{ pointer: '/key', detail: 'must be given.' }]);
  const made = await stores.links.createLink(asNewLink(request, site.now()), linkCaller(call));
  const { id, bucket, key } = made;
  return { body: shownRequest(made), made: { operation: 'CreateLink', bucket, key: key ?? made.keyPrefix ?? '', linkId: id } };
}
