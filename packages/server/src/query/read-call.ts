/** The query protocol of IAM and STS: `POST /` with a form, or `GET /?Action=…`. */
import { createHash } from 'node:crypto';
import { S3Error } from '@latchkey/s3/errors';
import { headerValue } from '../headers.ts';
import type { Addressed, QueryCall } from '../pipeline.ts';

/** The longest policy, with every byte percent-encoded. */
const MAX_SIGNED_BYTES = 512 * 1024;
/** Without any sign of a signature. */
const MAX_UNSIGNED_BYTES = 32 * 1024;
const MAX_PARAMETERS = 2000;

/** The request with its call, where it is one; otherwise as it was. Throws ValidationError, MissingAction, EntityTooLarge. */
export async function withCall(request: Addressed): Promise<Addressed> {
  if (!looksLikeCall(request)) return request;
  if (request.method === 'GET') {
    const pairs = request.target.query.map(({ name, value }) => [name, value] as const);
    return { ...request, call: callOf(pairs, EMPTY_HASH) };
  }
  const body = await readBody(request);
  const hash = createHash('sha256').update(body).digest('hex');
  return { ...request, call: callOf([...new URLSearchParams(body.toString('utf8'))], hash) };
}

/** Whether a request for no bucket is a call: a form, or a URL that names an action. */
export function looksLikeCall({ method, target, headers }: Pick<Addressed, 'method' | 'target' | 'headers'>): boolean {
  if (method === 'GET') return target.query.some(({ name }) => name === 'Action');
  return method === 'POST' && headerValue(headers, 'content-type')?.split(';', 1)[0]?.trim().toLowerCase() === FORM;
}

const FORM = 'application/x-www-form-urlencoded';
const EMPTY_HASH = createHash('sha256').digest('hex');

function callOf(pairs: readonly (readonly [string, string])[], bodyHash: string): QueryCall {
  if (pairs.length > MAX_PARAMETERS) throw new S3Error('ValidationError', { message: 'There are too many parameters.' });
  const parameters = new Map<string, string>();
  for (const [name, value] of pairs) {
    if (parameters.has(name)) throw new S3Error('ValidationError', { message: `The parameter ${name} is given twice.` });
    parameters.set(name, value);
  }
  const action = parameters.get('Action');
  if (action === undefined || action === '') throw new S3Error('MissingAction');
  return { action, parameters, bodyHash };
}

async function readBody({ headers, target, body }: Addressed): Promise<Buffer> {
  const looksSigned = headerValue(headers, 'authorization') !== undefined || target.query.some(({ name }) => name === 'X-Amz-Signature');
  const maxBytes = looksSigned ? MAX_SIGNED_BYTES : MAX_UNSIGNED_BYTES;
  if ((body.contentLength ?? 0) > maxBytes) throw new S3Error('EntityTooLarge');
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of body.stream()) {
    sizeBytes += piece.byteLength;
    if (sizeBytes > maxBytes) throw new S3Error('EntityTooLarge');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
