/** HTML forms by hand: the fields in any order, signed with nothing of ours. */
import { createHmac } from 'node:crypto';
import { amzDate, credentialScope, type SigningCredentials, signature } from './independent-signer.ts';
import { REGION, ROOT, type TestServer } from './test-server.ts';
import { type Answer, send, type WireRequest } from './wire-client.ts';

export type Field = readonly [name: string, value: string];
export type FormFile = {
  readonly content: string | Buffer;
  readonly filename?: string | undefined;
  readonly type?: string;
  readonly name?: string;
};

export type PolicyOptions = {
  readonly conditions: readonly unknown[];
  readonly now?: Date;
  /** Instead of an hour from now. */
  readonly expiration?: string;
  readonly credentials?: SigningCredentials;
  readonly region?: string;
};

/** The fields that sign a policy with these conditions, which must name all of them but policy and signature. */
export function signedFields({
  conditions,
  now = new Date(),
  expiration,
  credentials = ROOT,
  region = REGION,
}: PolicyOptions): readonly Field[] {
  const scope = { credentials, date: now, region };
  const identity: readonly Field[] = [
    ['x-amz-algorithm', 'AWS4-HMAC-SHA256'],
    ['x-amz-credential', `${credentials.accessKeyId}/${credentialScope(scope)}`],
    ['x-amz-date', amzDate(now)],
    ...(credentials.sessionToken === undefined ? [] : [['x-amz-security-token', credentials.sessionToken] as const]),
  ];
  const all = [...conditions, ...identity.map(([name, value]) => ({ [name]: value }))];
  return [
    ...identity,
    ...signDocument(
      { expiration: expiration ?? new Date(now.getTime() + 3600_000).toISOString(), conditions: all },
      { now, credentials, region },
    ),
  ];
}

/** Policy and signature over whatever document; text is taken as it stands. */
export function signDocument(
  document: unknown,
  { now = new Date(), credentials = ROOT, region = REGION }: Partial<PolicyOptions> = {},
): readonly Field[] {
  const policy = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document)).toString('base64');
  return [
    ['policy', policy],
    ['x-amz-signature', signature(policy, { credentials, date: now, region })],
  ];
}

/** The same in SigV2. */
export function signedFieldsV2({ conditions, now = new Date(), expiration, credentials = ROOT }: PolicyOptions): readonly Field[] {
  const document = { expiration: expiration ?? new Date(now.getTime() + 3600_000).toISOString(), conditions };
  const policy = Buffer.from(JSON.stringify(document)).toString('base64');
  return [
    ['AWSAccessKeyId', credentials.accessKeyId],
    ['policy', policy],
    ['signature', createHmac('sha1', credentials.secretAccessKey).update(policy).digest('base64')],
  ];
}

export const BOUNDARY = '----WebKitFormBoundary7MA4YWxkTrZu0gW';

/** Fields, then the file, then what stands behind it. */
export function formBody(fields: readonly Field[], file: FormFile | undefined, behind: readonly Field[] = []): Buffer {
  const text = ([name, value]: Field) => Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  return Buffer.concat([
    ...fields.map(text),
    ...(file === undefined ? [] : [filePart(file)]),
    ...behind.map(text),
    Buffer.from(`--${BOUNDARY}--\r\n`),
  ]);
}

function filePart({ content, filename, type = 'text/plain', name = 'file' }: FormFile): Buffer {
  const named = filename === undefined ? '' : `; filename="${filename}"`;
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${named}\r\nContent-Type: ${type}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(content), Buffer.from('\r\n')]);
}

export function formRequest(server: TestServer, path: string, body: Buffer, headers: Readonly<Record<string, string>> = {}): WireRequest {
  return {
    method: 'POST',
    target: path,
    headers: [['Host', server.host], ['Content-Type', `multipart/form-data; boundary=${BOUNDARY}`], ...Object.entries(headers)],
    body,
  };
}

export const postForm = (
  server: TestServer,
  path: string,
  fields: readonly Field[],
  file: FormFile | undefined = { content: 'content', filename: 'a.txt' },
): Promise<Answer> => send(server, formRequest(server, path, formBody(fields, file)));
