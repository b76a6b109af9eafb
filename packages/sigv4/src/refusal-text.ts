import { hex, utf8 } from './bytes.ts';
import { PAYLOAD_WORDS } from './read-header-v4.ts';
import type { Refusal, ScopeRefusal } from './refusal.ts';
import { MAX_EXPIRES_SECONDS, MAX_SKEW_MS } from './rules.ts';

/** A refusal as S3 words it: the parts of its XML error document. */
export type S3Refusal = {
  readonly code: string;
  /** HTTP status. */
  readonly status: number;
  readonly message: string;
  /** Further elements, in S3's order. */
  readonly fields: Readonly<Record<string, string>>;
};

/** S3's words for a refusal, to the letter wherever AWS has answered; where S3 has no such rule, a sentence in its manner. */
export function refusalAsS3(refusal: Refusal): S3Refusal {
  switch (refusal.kind) {
    case 'two-mechanisms':
      return invalidArgument(ONE_MECHANISM, refusal.argumentName, refusal.argumentValue);
    case 'repeated-header':
      return answer('InvalidRequest', 400, `The header ${refusal.name} must not be sent more than once.`);
    case 'repeated-parameter':
      return queryError(`The query parameter ${refusal.name} must not be given more than once.`);

    case 'query-parameters-missing':
      return queryError(
        'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
      );
    case 'algorithm-unsupported':
      return queryError(algorithmRule(refusal.algorithm));
    case 'date-malformed':
      return queryError(DATE_RULE);
    case 'expires-not-a-number':
      return queryError('X-Amz-Expires should be a number');
    case 'expires-negative':
      return queryError('X-Amz-Expires must be non-negative');
    case 'expires-too-big':
      return queryError(
        `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${MAX_EXPIRES_SECONDS} seconds`,
      );

    case 'credential-malformed':
    case 'scope-date-malformed':
    case 'scope-date-differs':
    case 'wrong-region':
    case 'wrong-service':
    case 'wrong-terminator':
      return scopeError(refusal);

    case 'authorization-without-space':
      return invalidArgument(
        "Authorization header is invalid -- one and only one ' ' (space) required.",
        'Authorization',
        refusal.authorization,
      );
    case 'authorization-unsupported':
      return invalidArgument('Unsupported Authorization Type', 'Authorization', refusal.authorization);
    case 'authorization-components':
      return headerError('the authorization header requires three components: Credential, SignedHeaders, and Signature.');
    case 'request-date-missing':
      return accessDenied('AWS authentication requires a valid Date or x-amz-date header');
    case 'payload-hash-missing':
      return answer('InvalidRequest', 400, 'Missing required header for this request: x-amz-content-sha256');
    case 'payload-hash-malformed':
      return invalidArgument(
        `x-amz-content-sha256 must be ${PAYLOAD_WORDS.join(', ')} or a valid sha256 value.`,
        'x-amz-content-sha256',
        refusal.payloadHash,
      );

    case 'v2-off':
      return answer('InvalidRequest', 400, `${V2_UNSUPPORTED} With boto3: Config(signature_version='s3v4').`);
    case 'v2-header':
      return answer('InvalidRequest', 400, V2_UNSUPPORTED);
    case 'v2-parameters-missing':
      return accessDenied('Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters');
    case 'v2-expires-malformed':
      return accessDenied(`Invalid date (should be seconds since epoch): ${refusal.expires}`);
    case 'v2-expires-too-far':
      return accessDenied(
        `A URL signed with signature version 2 may expire at most ${MAX_EXPIRES_SECONDS} seconds from now. Please use AWS4-HMAC-SHA256.`,
        { Expires: isoSeconds(refusal.expiresAt), ServerTime: isoSeconds(refusal.now) },
      );
    case 'v2-unsigned-parameter':
      return answer(
        'InvalidRequest',
        400,
        `Signature version 2 does not sign the query parameter ${refusal.name}. Please use AWS4-HMAC-SHA256.`,
      );

    case 'post-field-missing':
      return invalidArgument(
        `Bucket POST must contain a field named '${refusal.name}'.  If it is specified, please check the order of the fields.`,
        refusal.name,
        '',
      );
    case 'post-algorithm-unsupported':
      return invalidArgument(algorithmRule(refusal.algorithm), 'x-amz-algorithm', refusal.algorithm);
    case 'post-date-malformed':
      return invalidArgument(DATE_RULE, 'x-amz-date', refusal.date);

    case 'expired':
      return accessDenied('Request has expired', {
        ...(refusal.expiresInSeconds === undefined ? {} : { 'X-Amz-Expires': refusal.expiresInSeconds }),
        Expires: isoSeconds(refusal.expiresAt),
        ServerTime: isoSeconds(refusal.now),
      });
    case 'not-yet-valid':
      return accessDenied('Request is not valid yet');
    case 'clock-skewed':
      return answer('RequestTimeTooSkewed', 403, 'The difference between the request time and the current time is too large.', {
        RequestTime: refusal.requestTime,
        ServerTime: isoSeconds(refusal.now),
        MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
      });

    case 'unknown-access-key':
      return answer('InvalidAccessKeyId', 403, 'The AWS Access Key Id you provided does not exist in our records.', {
        AWSAccessKeyId: refusal.accessKeyId,
      });
    case 'token-expired':
      return answer('ExpiredToken', 400, 'The provided token has expired.', { 'Token-0': refusal.token });
    case 'token-invalid':
      return answer('InvalidToken', 400, 'The provided token is malformed or otherwise invalid.', { 'Token-0': refusal.token });

    case 'headers-not-signed':
      return accessDenied('There were headers present in the request which were not signed', {
        HeadersNotSigned: refusal.names.join(', '),
      });
    case 'signature-mismatch':
      return answer('SignatureDoesNotMatch', 403, MISMATCH, {
        AWSAccessKeyId: refusal.accessKeyId,
        StringToSign: refusal.stringToSign,
        SignatureProvided: refusal.signatureProvided,
        StringToSignBytes: hexPairs(refusal.stringToSign),
        ...(refusal.canonicalRequest === undefined
          ? {}
          : { CanonicalRequest: refusal.canonicalRequest, CanonicalRequestBytes: hexPairs(refusal.canonicalRequest) }),
      });
    case 'payload-mismatch':
      return answer('XAmzContentSHA256Mismatch', 400, "The provided 'x-amz-content-sha256' header does not match what was computed.", {
        ClientComputedContentSHA256: refusal.claimed,
        S3ComputedContentSHA256: refusal.computed,
      });
  }
}

/** Whoever asks for ECDSA is not told that it is supported: it is on AWS, not here. */
const algorithmRule = (algorithm: string): string =>
  algorithm === 'AWS4-ECDSA-P256-SHA256'
    ? 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"'
    : 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"';

const DATE_RULE = `X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"`;
const ONE_MECHANISM =
  'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified';
const V2_UNSUPPORTED = 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.';
const MISMATCH = 'The request signature we calculated does not match the signature you provided. Check your key and signing method.';

/** The same wrong scope is worded for the query, the header or the form it was found in. */
function scopeError(refusal: ScopeRefusal): S3Refusal {
  const problem = scopeProblem(refusal);
  const fields: Record<string, string> = refusal.kind === 'wrong-region' ? { Region: refusal.expected } : {};
  // The one suffix that S3 does not put behind "Error parsing …".
  const inQuery = refusal.kind === 'scope-date-differs' ? problem : `Error parsing the X-Amz-Credential parameter; ${problem}`;
  switch (refusal.place) {
    case 'query':
      return answer('AuthorizationQueryParametersError', 400, inQuery, fields);
    case 'header':
      return answer('AuthorizationHeaderMalformed', 400, `The authorization header is malformed; ${problem}`, fields);
    case 'form':
      return answer('InvalidArgument', 400, inQuery, { ArgumentName: 'x-amz-credential', ...fields });
  }
}

function scopeProblem(refusal: ScopeRefusal): string {
  switch (refusal.kind) {
    case 'credential-malformed':
      return 'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".';
    case 'scope-date-malformed':
      return `incorrect date format "${refusal.date}". This date in the credential must be in the format "yyyyMMdd".`;
    case 'scope-date-differs':
      return `Invalid credential date "${refusal.date}". This date is not the same as X-Amz-Date: "${refusal.requestDate}".`;
    case 'wrong-region':
      return `the region '${refusal.region}' is wrong; expecting '${refusal.expected}'`;
    case 'wrong-service':
      return `incorrect service "${refusal.service}". This endpoint belongs to "${refusal.expected}".`;
    case 'wrong-terminator':
      return `incorrect terminal "${refusal.terminator}". This endpoint uses "aws4_request".`;
  }
}

const queryError = (message: string): S3Refusal => answer('AuthorizationQueryParametersError', 400, message);

const headerError = (problem: string): S3Refusal =>
  answer('AuthorizationHeaderMalformed', 400, `The authorization header is malformed; ${problem}`);

const accessDenied = (message: string, fields: Record<string, string> = {}): S3Refusal => answer('AccessDenied', 403, message, fields);

const invalidArgument = (message: string, name: string, value: string): S3Refusal =>
  answer('InvalidArgument', 400, message, { ArgumentName: name, ArgumentValue: value });

const answer = (code: string, status: number, message: string, fields: Record<string, string> = {}): S3Refusal => ({
  code,
  status,
  message,
  fields,
});

/** S3's time form here: `2026-01-31T12:00:00Z`. */
const isoSeconds = (moment: Date): string => `${moment.toISOString().slice(0, 19)}Z`;

/** `41 57 53`: the bytes in pairs, so that nobody has to guess which space was a tab. */
const hexPairs = (text: string): string => hex(utf8(text)).replace(/..\B/g, '$& ');
