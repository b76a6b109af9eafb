/** Who signed a request, check by check. What can be put right without a secret is, so that the checks behind it have their say too. */
import { S3Error } from '@latchkey/s3/errors';
import type { Refusal } from '@latchkey/sigv4/refusal';
import { parseAmzDate } from '@latchkey/sigv4/scope';
import { authenticateAsMeant } from '../authenticate/as-meant.ts';
import { authenticate } from '../authenticate/authenticate.ts';
import { headerValue } from '../headers.ts';
import type { Addressed, Authenticated, Operation, SignatureFacts } from '../pipeline.ts';
import { describeAccessKey } from './access-key.ts';
import { type Check, type CheckName, failed, passed, skipped } from './check.ts';
import { findDifference } from './difference.ts';
import type { ExplainContext } from './explain-request.ts';

export type ExplainedSignature = {
  readonly checks: readonly Check[];
  /** As the later steps get it; where the signature is not accepted, as if it were. `undefined` where nobody is known to have signed. */
  readonly request: Authenticated | undefined;
};

export async function explainSignature(addressed: Addressed, operation: Operation, context: ExplainContext): Promise<ExplainedSignature> {
  const failures = new Map<CheckName, S3Error>();
  let attempt = addressed;
  let authenticated: Authenticated | undefined;
  while (authenticated === undefined) {
    try {
      authenticated = await asTheGateway(attempt, context);
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      failures.set(checkOf(error), error);
      const mended = mend(attempt, refusalOf(error));
      if (mended === undefined) break;
      attempt = mended;
    }
  }
  const request = authenticated ?? (await presumed(attempt, operation, context));
  const reached = authenticated === undefined ? ORDER.indexOf([...failures.keys()].at(-1) ?? 'signature') : ORDER.length;
  const checks: Check[] = [];
  for (const [index, name] of ORDER.entries()) {
    const refusal = failures.get(name);
    if (refusal !== undefined) checks.push(await explainFailure(name, refusal, attempt, context));
    else if (index > reached) checks.push(skipped(name, 'Not reached.'));
    else checks.push(explainSuccess(name, request ?? addressed));
  }
  // Time and headers as they came, whatever had to be set right to look further.
  return { checks, request: request && { ...request, receivedAt: addressed.receivedAt } };
}

/** In the order in which a signature is judged. */
const ORDER: readonly CheckName[] = ['mechanism', 'scope', 'expiry', 'access-key', 'session-token', 'signed-headers', 'signature'];

/** By the gateway's own step. */
async function asTheGateway(addressed: Addressed, { stores, site, route }: ExplainContext): Promise<Authenticated> {
  const rules = { region: site.region, service: 's3', ...site.signatures };
  return authenticateAsMeant(addressed, site, (meaning) => authenticate(meaning, route(meaning), rules, stores.identities));
}

function refusalOf({ cause }: S3Error): Refusal | undefined {
  return typeof cause === 'object' && cause !== null && 'kind' in cause ? (cause as Refusal) : undefined;
}

function checkOf(error: S3Error): CheckName {
  switch (refusalOf(error)?.kind) {
    case 'credential-malformed':
    case 'scope-date-malformed':
    case 'scope-date-differs':
    case 'wrong-region':
    case 'wrong-service':
    case 'wrong-terminator':
      return 'scope';
    case 'expired':
    case 'not-yet-valid':
    case 'clock-skewed':
    case 'v2-expires-too-far':
      return 'expiry';
    case 'unknown-access-key':
      return 'access-key';
    case 'token-expired':
    case 'token-invalid':
      return 'session-token';
    case 'headers-not-signed':
      return 'signed-headers';
    case 'signature-mismatch':
      return 'signature';
    default:
      return 'mechanism';
  }
}

/** The request without the fault, for looking further; nothing where only its signer could mend it. */
function mend(attempt: Addressed, refusal: Refusal | undefined): Addressed | undefined {
  switch (refusal?.kind) {
    case 'expired':
      // What was signed for no time at all was never valid.
      return refusal.expiresInSeconds === '0' ? undefined : { ...attempt, receivedAt: refusal.expiresAt.getTime() };
    case 'not-yet-valid':
      return { ...attempt, receivedAt: refusal.signedAt.getTime() };
    case 'v2-expires-too-far':
      return { ...attempt, receivedAt: refusal.expiresAt.getTime() };
    case 'headers-not-signed':
      if (refusal.names.includes('host')) return undefined;
      return { ...attempt, headers: attempt.headers.filter(([name]) => !refusal.names.includes(name)) };
    default:
      return undefined;
  }
}

/** Whoever the request says has signed it. */
async function presumed(attempt: Addressed, operation: Operation, { stores }: ExplainContext): Promise<Authenticated | undefined> {
  const id = claimedAccessKey(attempt);
  const found = id === undefined ? undefined : await stores.identities.find(id);
  return found && { ...attempt, operation, principal: found.principal, signature: claimedFacts(attempt) };
}

export function claimedAccessKey({ target, headers }: Addressed): string | undefined {
  const parameter = (wanted: string) => target.query.find(({ name }) => name === wanted)?.value;
  const inHeader = /Credential=([^/,\s]+)\//.exec(headerValue(headers, 'authorization') ?? '')?.[1];
  return parameter('X-Amz-Credential')?.split('/', 1)[0] || parameter('AWSAccessKeyId') || inHeader || undefined;
}

function claimedFacts({ target, headers }: Addressed): SignatureFacts {
  const parameter = (wanted: string) => target.query.find(({ name }) => name === wanted)?.value;
  const inHeader = headerValue(headers, 'authorization') !== undefined;
  const isV2 = parameter('AWSAccessKeyId') !== undefined;
  return {
    authType: inHeader ? 'REST-HEADER' : 'REST-QUERY-STRING',
    version: isV2 ? 'AWS' : 'AWS4-HMAC-SHA256',
    signedAt: parseAmzDate(parameter('X-Amz-Date') ?? headerValue(headers, 'x-amz-date') ?? '')?.getTime(),
    payloadHash: headerValue(headers, 'x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD',
  };
}

async function explainFailure(name: CheckName, error: S3Error, attempt: Addressed, context: ExplainContext): Promise<Check> {
  const refusal = refusalOf(error);
  switch (refusal?.kind) {
    case 'expired':
      return failed(name, error, `It was good until ${refusal.expiresAt.toISOString()}, and now it is ${refusal.now.toISOString()}.`);
    case 'not-yet-valid':
      return failed(
        name,
        error,
        `It says that it was signed at ${refusal.signedAt.toISOString()}, and now it is ${refusal.now.toISOString()}.`,
      );
    case 'unknown-access-key':
      return failed(name, error, await describeAccessKey(refusal.accessKeyId, context.stores));
    case 'headers-not-signed':
      return failed(name, error, `The signature does not cover ${refusal.names.join(', ')}: send it without, or sign with it.`);
    case 'signature-mismatch': {
      const difference = await findDifference(attempt, context, async (candidate) => {
        const authenticated = await asTheGateway(candidate, context).catch(() => undefined);
        return authenticated?.signature !== undefined;
      });
      const seen = { stringToSign: refusal.stringToSign, canonicalRequest: refusal.canonicalRequest };
      return { ...failed(name, error, difference.explanation), difference, seen };
    }
    default:
      return failed(name, error);
  }
}

function explainSuccess(name: CheckName, request: Addressed | Authenticated): Check {
  if (!('signature' in request) || request.signature === undefined) {
    return name === 'mechanism' ? passed(name, 'Nobody signed it: it is anonymous.') : skipped(name, 'Nobody signed it.');
  }
  const { signature, principal } = request;
  const session = 'session' in principal ? principal.session : undefined;
  switch (name) {
    case 'mechanism':
      return passed(name, `It is signed with ${signature.version === 'AWS' ? 'SigV2' : 'SigV4'}, ${WHERE[signature.authType]}.`);
    case 'scope':
      if (signature.version === 'AWS') return skipped(name, 'SigV2 names neither region nor service.');
      return passed(name, 'It is signed for this region and service.');
    case 'expiry':
      return passed(name, expiryOf(request));
    case 'access-key':
      return passed(name, `${claimedAccessKey(request)} is an access key of ${nameOf(principal)}.`);
    case 'session-token':
      if (session === undefined) return skipped(name, 'The access key is not a temporary one.');
      return passed(name, `Its session lasts until ${new Date(session.expiresAt).toISOString()}.`);
    case 'signed-headers':
      return passed(name, 'The signature covers every x-amz-* header.');
    default:
      return passed(name, 'The signature is right.');
  }
}

const WHERE = { 'REST-HEADER': 'in a header', 'REST-QUERY-STRING': 'in its query', POST: 'in a form' } as const;

function expiryOf({ target, receivedAt }: Addressed): string {
  const parameter = (wanted: string) => target.query.find(({ name }) => name === wanted)?.value;
  const signedAt = parseAmzDate(parameter('X-Amz-Date') ?? '')?.getTime();
  const seconds = Number(parameter('X-Amz-Expires'));
  const until = signedAt === undefined ? Number(parameter('Expires')) * 1000 : signedAt + seconds * 1000;
  if (!Number.isFinite(until)) return 'Its time is not more than 15 minutes off.';
  return `It is good until ${new Date(until).toISOString()}, for another ${Math.floor((until - receivedAt) / 1000)} seconds.`;
}

/** As policies write it. */
export function nameOf(principal: Authenticated['principal']): string {
  switch (principal.kind) {
    case 'user':
    case 'role-session':
      return principal.arn;
    case 'root':
      return 'the root user';
    case 'federated':
      return `holders of a token of ${principal.provider}`;
    case 'anonymous':
      return 'everybody';
  }
}
