import type { ErrorDocument } from './error-document.ts';
import type { OurRequest } from './explain-difference.ts';
import { proxyCulprit } from './explain-proxy.ts';

/** Any other refusal than a wrong signature, explained: what it means here and what to do. */
export function explainError(document: ErrorDocument, request: Pick<OurRequest, 'host' | 'target'>, now: Date): readonly string[] {
  const { code, message, field } = document;
  if (code === '') return [proxyCulprit(document.text) ?? 'The answer is not an S3 error document.'];
  const said = `The server answered ${code}: ${message}`;
  switch (code) {
    case 'AccessDenied':
      return [said, ...accessDenied(document, now)];
    case 'RequestTimeTooSkewed':
      return [
        said,
        `The clocks differ: the request says ${field('RequestTime')}, the server ${field('ServerTime')}. Set the signer's clock.`,
      ];
    case 'AuthorizationQueryParametersError':
    case 'AuthorizationHeaderMalformed':
      return [said, ...malformed(document, request.target.rawQuery)];
    case 'InvalidAccessKeyId':
      return [
        said,
        'The access key does not exist on this server: it was deleted, belongs to another installation, or needs the session token that was left out.',
      ];
    case 'ExpiredToken':
      return [said, 'The temporary credentials have ended, and the URL with them. Sign with credentials that live as long as the URL.'];
    case 'NoSuchBucket':
      return [said, ...prefixForBucket(field('BucketName'), request)];
    case 'InvalidToken':
      return [said, 'The session token is not the one of that access key, or was changed on the way (a + in it must be %2B).'];
    case 'InvalidArgument':
      return [
        said,
        ...(field('ArgumentName') === 'Authorization'
          ? ['Send no Authorization header with a pre-signed URL: the query has the signature.']
          : []),
      ];
    case 'PermanentRedirect':
    case 'TemporaryRedirect':
      return [said, `The bucket lives elsewhere${field('Endpoint') === undefined ? '' : ` (${field('Endpoint')})`}: sign for its region.`];
    default:
      return [said];
  }
}

function accessDenied({ message, field }: ErrorDocument, now: Date): readonly string[] {
  const notSigned = field('HeadersNotSigned');
  if (notSigned !== undefined) return [`These headers were sent but not signed: ${notSigned}. Leave them out, or sign them.`];
  if (message === 'Request has expired') return expired(field('Expires'), field('ServerTime'), now);
  if (message === 'Request is not valid yet')
    return ["It was signed with a date in the future: the signer's clock is ahead of the server's."];
  return ['The signature is right; whoever signed may not do this (any more). Permissions are judged when a URL is used.'];
}

/** Behind a proxy that leaves its prefix on, a server that knows nothing of it takes the prefix for the bucket. */
function prefixForBucket(bucket: string | undefined, { host, target }: Pick<OurRequest, 'host' | 'target'>): readonly string[] {
  const [, first, second] = target.path.split('/');
  if (bucket === undefined || bucket !== first || !second) return [];
  return [
    `It took ${bucket}, the first part of the path, for the bucket. If that is the path under which a proxy shows the server, tell the server its public address, ${host}/${bucket}.`,
  ];
}

function expired(expires: string | undefined, serverTime: string | undefined, now: Date): readonly string[] {
  const lines = ['Its time is over: sign a new one.'];
  const offMinutes = Math.round((Date.parse(serverTime ?? '') - now.getTime()) / 60_000);
  if (expires !== undefined && now < new Date(expires) && Math.abs(offMinutes) > 1) {
    lines.push(
      `By the clock here it would still be good: the server's clock is ${Math.abs(offMinutes)} minutes ${offMinutes > 0 ? 'ahead' : 'behind'}.`,
    );
  }
  return lines;
}

function malformed({ field }: ErrorDocument, rawQuery: string): readonly string[] {
  const region = field('Region');
  if (region !== undefined) return [`Sign with the region ${region}.`];
  if (/%25(?:2F|2B|20)/i.test(rawQuery)) return ['The query was percent-encoded twice (%2F became %252F).'];
  return [];
}
