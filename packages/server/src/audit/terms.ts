/** What an event can be found by. */
import type { TrailTerm } from '@latchkey/storage/trail-store';
import type { TrailRecord } from './record.ts';
import type { TrailFilter } from './trail.ts';

export type Findable = {
  readonly link: string | undefined;
  readonly signatureHash: string | undefined;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  readonly principals: readonly string[];
  readonly address: string;
  readonly operation: string;
  readonly status: number;
  readonly errorCode: string | undefined;
};

export function termsOf({ link, signatureHash, bucket, key, principals, address, operation, status, errorCode }: Findable): TrailTerm[] {
  const terms: TrailTerm[] = [`address:${address}`, `operation:${operation}`, `result:${resultOf(status)}`];
  if (link !== undefined) terms.push(`link:${link}`);
  if (signatureHash !== undefined) terms.push(`signature:${signatureHash}`);
  if (bucket !== undefined) {
    terms.push(`bucket:${bucket}`);
    if (key !== undefined) terms.push(objectTerm(bucket, key));
  }
  for (const principal of principals) terms.push(`principal:${principal}`);
  if (errorCode !== undefined) terms.push(`result:${errorCode}`);
  return terms;
}

/** The terms that all have to hold. A key without a bucket is none of the filters there are. */
export function termsOfFilter({ link, signatureHash, bucket, key, principal, address, operation, result }: TrailFilter): TrailTerm[] {
  const terms: TrailTerm[] = [];
  if (link !== undefined) terms.push(`link:${link}`);
  if (signatureHash !== undefined) terms.push(`signature:${signatureHash.toLowerCase()}`);
  if (bucket !== undefined) terms.push(key === undefined ? `bucket:${bucket}` : objectTerm(bucket, key));
  if (address !== undefined) terms.push(`address:${address}`);
  if (principal !== undefined) terms.push(`principal:${principal}`);
  if (operation !== undefined) terms.push(`operation:${operation}`);
  if (result !== undefined) terms.push(`result:${result}`);
  return terms;
}

/** The terms of a line as it is written, for whoever makes an index anew; none for a line that is none of ours. */
export function termsOfLine(line: string): readonly TrailTerm[] {
  let record: TrailRecord;
  try {
    record = JSON.parse(line) as TrailRecord;
  } catch {
    return [];
  }
  const { userIdentity = { type: 'Unknown' }, additionalEventData, requestParameters, eventName, sourceIPAddress, errorCode } = record;
  const { linkId, signatureHash, status = 200 } = additionalEventData?.latchkey ?? {};
  return termsOf({
    link: linkId,
    signatureHash,
    bucket: text(requestParameters?.bucketName),
    key: text(requestParameters?.key),
    principals: principalsOf(userIdentity),
    address: String(sourceIPAddress),
    operation: String(eventName),
    status,
    errorCode,
  });
}

/** The same names as `principalNames` finds. */
function principalsOf(identity: TrailRecord['userIdentity']): string[] {
  const { type, accountId, arn, accessKeyId, userName, sessionContext } = identity;
  switch (type) {
    case 'AWSAccount':
      return accountId === 'anonymous' ? ['anonymous'] : [];
    case 'Root':
      return ['root', ...present(accessKeyId)];
    case 'AssumedRole': {
      const issuer = sessionContext?.sessionIssuer as { readonly userName?: string } | undefined;
      return [...present(issuer?.userName), ...present(arn), ...present(accessKeyId)];
    }
    case 'IAMUser':
      return [...present(userName), ...present(arn), ...present(accessKeyId)];
    case 'WebIdentityUser':
      return present(userName);
    default:
      return present(accessKeyId);
  }
}

const present = (value: string | undefined): string[] => (value === undefined ? [] : [value]);
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const objectTerm = (bucket: string, key: string): TrailTerm => `object:${bucket}/${key}`;

function resultOf(status: number): string {
  return status < 400 ? 'ok' : status < 500 ? 'refused' : 'failed';
}
