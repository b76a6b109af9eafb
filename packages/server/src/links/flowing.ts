/** Replies and bodies that keep to terms while they flow. */
import { quoteEtag } from '@latchkey/s3/etag';
import { headerValue } from '../headers.ts';
import { linkOf } from '../identity/principals.ts';
import type { Authorised, Reply, RequestBytes, Site, Stores } from '../pipeline.ts';
import type { Turn } from './counted.ts';
import { untilCut } from './cut.ts';
import { linkHeaders } from './link-headers.ts';
import type { Pacer } from './pace.ts';
import { limitedBytes } from './upload-limits.ts';

/** The reply as its terms want it: other headers, and no faster. */
export function withTerms(reply: Reply, request: Authorised, pacer: Pacer): Reply {
  if (reply.status >= 300 && reply.status !== 304) return reply;
  const headers = linkHeaders(reply.headers, request);
  const { body } = reply;
  const rate = request.terms?.maxBytesPerSecond;
  const link = linkOf(request.principal);
  if (body === undefined || rate === undefined || link === undefined) {
    const { status, contentLength, close, ended, notes } = reply;
    return { status, headers, body, contentLength, close, ended, notes };
  }
  const contentLength = body instanceof Uint8Array ? body.byteLength : reply.contentLength;
  return { ...reply, headers, contentLength, body: pacer.paced(body instanceof Uint8Array ? once(body) : body, link.id, rate) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** The reply with the use it is a turn of: touched while bytes flow, ended with what was handed over. */
export function withTurn(reply: Reply, turn: Turn): Reply {
  const { body } = reply;
  const ended: Reply['ended'] = (end) => {
    reply.ended?.(end);
    void turn.end(end);
  };
  const notes = { ...reply.notes, uses: turn.uses };
  if (body === undefined || body instanceof Uint8Array) return { ...reply, ended, notes };
  const touching: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]() {
      const iterator = body[Symbol.asyncIterator]();
      return {
        next() {
          turn.touch();
          return iterator.next();
        },
        return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
      };
    },
  };
  return { ...reply, ended, notes, body: touching };
}

type DeliveredObject = { readonly version: string; readonly sizeBytes: number; readonly wantedBytes: number };

/** What a download delivers, as its reply says. */
export function deliveredObject({ headers, body, contentLength, notes }: Reply): DeliveredObject {
  if (notes?.redirect !== undefined) {
    const { etag, sizeBytes, range } = notes.redirect;
    return { version: quoteEtag(etag), sizeBytes, wantedBytes: range === undefined ? sizeBytes : range.end - range.start + 1 };
  }
  const wantedBytes = body instanceof Uint8Array ? body.byteLength : (contentLength ?? 0);
  const whole = /\/(\d+)$/.exec(replyHeader(headers, 'Content-Range') ?? '')?.[1];
  return { version: replyHeader(headers, 'ETag') ?? '', sizeBytes: whole === undefined ? wantedBytes : Number(whole), wantedBytes };
}

function replyHeader(headers: readonly string[], name: string): string | undefined {
  const at = headers.findIndex((text, index) => index % 2 === 0 && text === name);
  return at === -1 ? undefined : headers[at + 1];
}

/** The request with a body, or a form's file, that keeps to the terms. What is pre-signed comes without aws-chunked framing: its bytes are the object's. */
export function withLimitedBody(request: Authorised, stores: Stores, site: Site, pacer: Pacer): Authorised {
  const { terms, body, form } = request;
  const link = linkOf(request.principal);
  const rate = terms?.maxBytesPerSecond;
  const limited = (bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> => {
    const cut = untilCut(bytes, request, stores, site);
    const paced = rate === undefined || link === undefined ? cut : pacer.paced(cut, link.id, rate);
    return terms === undefined || !STORES_BYTES.has(request.operation.name) ? paced : limitedBytes(paced, terms, typeOf(request));
  };
  if (form !== undefined) return { ...request, form: { ...form, bytes: limited(form.bytes) } };
  return { ...request, body: new LimitedBytes(body, limited) };
}

/** A part says no type: it is that of what it is a part of. */
function typeOf({ headers, principal, operation }: Authorised): string | undefined {
  const upload = linkOf(principal)?.upload;
  return operation.name === 'UploadPart' && upload?.by === 'parts' ? upload.delivery.type : headerValue(headers, 'content-type');
}

/** A class for its getter: in a literal that would cost every upload a hidden class of its own. */
class LimitedBytes implements RequestBytes {
  readonly #body: RequestBytes;
  readonly #limited: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
  readonly contentLength: number | undefined;
  readonly isPresent: boolean;

  constructor(body: RequestBytes, limited: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>) {
    this.#body = body;
    this.#limited = limited;
    this.contentLength = body.contentLength;
    this.isPresent = body.isPresent;
  }

  stream(): AsyncIterable<Uint8Array> {
    return this.#limited(this.#body.stream());
  }

  get signal(): AbortSignal {
    return this.#body.signal;
  }
}

/** Whose body is what is stored, and not a document about it. */
const STORES_BYTES: ReadonlySet<string> = new Set(['PutObject', 'PostObject', 'UploadPart']);
