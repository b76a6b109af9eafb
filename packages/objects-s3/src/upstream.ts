/** Requests to the upstream: addressed, signed, repeated where that is safe, and answered in S3's words. */

import { setTimeout as pause } from 'node:timers/promises';
import { S3Error } from '@latchkey/s3/errors';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import { parseXmlRoot, type XmlElement } from '@latchkey/s3/xml';
import { type AddressingStyle, addressOf } from '@latchkey/sigv4/address';
import type { Credentials } from '@latchkey/sigv4/credentials';
import { uriEncode } from '@latchkey/sigv4/encode';
import { type SignedInHeaders, sign } from '@latchkey/sigv4/sign';
import type { BucketNames } from './bucket-names.ts';
import { type Answer, isConnectionFailure, type Lane, type Sending, type Transport } from './transport.ts';
import { refusalFrom, refusalIn, unreachable } from './upstream-errors.ts';

export type UpstreamOptions = {
  /** `https://s3.example.com`, with a port where it needs one. */
  readonly endpoint: string;
  readonly region: string;
  readonly style: AddressingStyle;
  readonly credentials: Credentials;
  readonly names: BucketNames;
  readonly transport: Transport;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** How long to wait before a request is sent for the `retry`-th time, in milliseconds. */
  readonly pauseMs?: ((retry: number) => number) | undefined;
};

export type UpstreamRequest = {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Our name of it. */
  readonly bucket?: BucketName | undefined;
  readonly key?: ObjectKey | undefined;
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined;
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  readonly body?: Uint8Array | string | undefined;
  readonly lane?: Lane | undefined;
  /** Statuses besides 2xx that are an answer and not a refusal. */
  readonly accepts?: readonly number[] | undefined;
  /** A request is sent again when the connection breaks or the upstream is busy, unless doing it twice is not doing it once. */
  readonly isOnce?: boolean | undefined;
  readonly answerWithinMs?: number | undefined;
};

/** A body that follows its head. `payloadHash` is what stands for its hash in the signature. */
export type UpstreamUpload = Omit<UpstreamRequest, 'body' | 'accepts' | 'isOnce' | 'lane'> & {
  readonly payloadHash: string;
  readonly sentBytes: number;
};

export type Upstream = {
  readonly isEncrypted: boolean;
  readonly credentials: Credentials;
  /** Resolves to an answer that is none of a refusal. Throws S3Error. */
  send(request: UpstreamRequest): Promise<Answer>;
  /** Sends, and reads away what the answer has as a body. */
  tell(request: UpstreamRequest): Promise<Answer>;
  /** Sends, and reads the answer's document. */
  ask(request: UpstreamRequest, root: string): Promise<{ readonly document: XmlElement; readonly answer: Answer }>;
  /** Reads the document of an answer that was sent for. */
  documentOf(answer: Answer, root: string, request: Pick<UpstreamRequest, 'bucket' | 'key'>): Promise<XmlElement>;
  /** Sends the head; nothing of the body has been asked for when this resolves. Throws S3Error where the upstream refuses already. */
  begin(upload: UpstreamUpload): Promise<{ readonly sending: Sending; readonly signed: SignedInHeaders }>;
  /** What the upstream refused with. */
  refusal(answer: Answer, request: Pick<UpstreamRequest, 'bucket' | 'key'>): Promise<S3Error>;
};

export function openUpstream(options: UpstreamOptions): Upstream {
  const { transport, credentials, pauseMs = (retry) => 100 * retry } = options;

  const attempt = (request: UpstreamRequest): Promise<Answer> => {
    const { lane = 'questions', answerWithinMs } = request;
    const body = typeof request.body === 'string' ? Buffer.from(request.body) : request.body;
    const { signed, headers } = signedRequest(options, request, { body, payloadHash: undefined });
    const length = body === undefined ? (request.method === 'PUT' || request.method === 'POST' ? '0' : undefined) : String(body.length);
    const outgoing = { lane, method: signed.method, url: signed.url, headers: { ...headers, ...(length && { 'content-length': length }) } };
    return transport.exchange({ ...outgoing, answerWithinMs }, body);
  };

  const send = async (request: UpstreamRequest): Promise<Answer> => {
    for (let retry = 1; ; retry++) {
      const outcome = await attempt(request).catch((error: unknown) => ({ error }));
      const isLast = request.isOnce === true || retry > RETRIES;
      if ('error' in outcome) {
        if (isLast || !isConnectionFailure(outcome.error)) throw unreachable(outcome.error);
      } else {
        if (isFine(outcome, request.accepts)) return outcome;
        if (isLast || !BUSY.has(outcome.status)) throw await refusalFrom(outcome, request, options);
        outcome.body.resume();
      }
      await pause(pauseMs(retry));
    }
  };

  const documentOf: Upstream['documentOf'] = async (answer, root, request) =>
    documentFrom(await textOf(answer), root, (error) => refusalIn(error, answer.status, request, options));

  return {
    isEncrypted: options.endpoint.startsWith('https:'),
    credentials,
    send,
    async tell(request) {
      const answer = await send(request);
      await drained(answer);
      return answer;
    },
    async ask(request, root) {
      const answer = await send(request);
      return { document: await documentOf(answer, root, request), answer };
    },
    documentOf,
    async begin(request) {
      const { signed, headers } = signedRequest(options, request, { body: undefined, payloadHash: request.payloadHash });
      const outgoing = {
        lane: 'writes',
        method: signed.method,
        url: signed.url,
        headers: { ...headers, 'content-length': String(request.sentBytes) },
        answerWithinMs: request.answerWithinMs,
      } as const;
      for (let retry = 1; ; retry++) {
        // Nothing of the body is gone yet: this much may be tried again.
        const begun = await transport.begin(outgoing).catch((error: unknown) => ({ error }));
        if ('write' in begun) return { sending: begun, signed };
        if ('status' in begun && !(BUSY.has(begun.status) && retry <= RETRIES)) throw await refusalFrom(begun, request, options);
        if ('error' in begun && (retry > RETRIES || !isConnectionFailure(begun.error))) throw unreachable(begun.error);
        if ('status' in begun) begun.body.destroy();
        await pause(pauseMs(retry));
      }
    },
    refusal: (answer, request) => refusalFrom(answer, request, options),
  };
}

const RETRIES = 2;
const BUSY: ReadonlySet<number> = new Set([500, 502, 503, 504]);

function isFine({ status }: Answer, accepts: readonly number[] = []): boolean {
  return (status >= 200 && status < 300) || accepts.includes(status);
}

function signedRequest(
  { endpoint, region, style, credentials, names, clock }: UpstreamOptions,
  request: Pick<UpstreamRequest, 'method' | 'bucket' | 'key' | 'query' | 'headers'>,
  payload: { readonly body: Uint8Array | undefined; readonly payloadHash: string | undefined },
): { readonly signed: SignedInHeaders; readonly headers: Record<string, string> } {
  const { method, bucket, key, query } = request;
  const theirs = bucket && names.theirs(bucket);
  const address = addressOf({ bucket: theirs, key, region, endpoint, style: styleFor(theirs, endpoint, style), allowDotSegments: true });
  const url = `${address.protocol}//${address.host}${address.path}${queryText(query)}`;
  const { signable, unsignable } = bySignability(request.headers ?? {});
  const body = payload.payloadHash === undefined ? { body: payload.body } : { payloadHash: payload.payloadHash };
  const signed = sign({ method, url, region, credentials, headers: signable, now: new Date(clock()), ...body });
  return { signed, headers: { ...unsignable, ...signed.headers, 'accept-encoding': 'identity' } };
}

/** A certificate for *.s3.example.com is none for a name with further dots. */
export function styleFor(theirs: string | undefined, endpoint: string, style: AddressingStyle): AddressingStyle {
  return theirs?.includes('.') === true && endpoint.startsWith('https:') ? 'path' : style;
}

/** A signature is over ASCII. What S3 wants signed (`x-amz-…`) is ASCII; a file name in Content-Disposition may not be, and goes along as it is. */
function bySignability(headers: Readonly<Record<string, string | undefined>>): {
  readonly signable: Record<string, string>;
  readonly unsignable: Record<string, string>;
} {
  const signable: Record<string, string> = {};
  const unsignable: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) (/^[\t -~]*$/.test(value) ? signable : unsignable)[name] = value;
  }
  return { signable, unsignable };
}

function queryText(query: UpstreamRequest['query'] = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  if (pairs.length === 0) return '';
  return `?${pairs.map(([name, value]) => `${uriEncode(name)}=${uriEncode(String(value))}`).join('&')}`;
}

/** Answers to PUT, HEAD and DELETE have next to nothing in them; a connection is free again once that is read. */
async function drained({ body }: Answer): Promise<void> {
  try {
    for await (const _bytes of body);
  } catch (cause) {
    throw unreachable(cause);
  }
}

const MAX_DOCUMENT_BYTES = 32 * 1024 * 1024;

async function textOf({ body }: Answer): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes > MAX_DOCUMENT_BYTES) throw new Error(`The upstream's document is longer than ${MAX_DOCUMENT_BYTES} bytes.`);
      chunks.push(chunk);
    }
  } catch (cause) {
    throw unreachable(cause);
  }
  return Buffer.concat(chunks).toString();
}

function documentFrom(text: string, root: string, refusal: (text: string) => S3Error): XmlElement {
  if (/^\s*(?:<\?xml[^>]*\?>\s*)?<Error[\s>]/.test(text)) throw refusal(text);
  try {
    return parseXmlRoot(readable(text), root, { maxBytes: MAX_DOCUMENT_BYTES });
  } catch (cause) {
    throw new S3Error('InternalError', { cause: new Error(`The upstream answered with something else than a ${root}.`, { cause }) });
  }
}

/** Keys are repeated in documents, and may hold what XML can not: S3 writes that all the same. No key is read from where it is not encoded. */
function readable(text: string): string {
  return withoutControls(text.trimStart()).replace(REFERENCES_TO_CONTROLS, '');
}

/** What is left of a text that came through XML. */
export function withoutControls(text: string): string {
  return text.replace(CONTROLS, '');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML cannot hold
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const REFERENCES_TO_CONTROLS = /&#(?:x0*(?:[0-8bcef]|1[0-9a-f]|fff[ef])|0*(?:[0-8]|1[124-9]|2\d|3[01]|6553[45]));/gi;
