/**
 * Who is asking: the one path by which a request gets a principal. Exactly one mechanism is in use, or none at all and
 * the request is anonymous; anything that looks like a signature rules anonymous out.
 */
import type { SignedRequest } from '@latchkey/sigv4/request';
import type { VerifyRules } from '@latchkey/sigv4/rules';
import { type Verdict, verifyAtOnce } from '@latchkey/sigv4/verify';
import { asBytes } from '../headers.ts';
import type { FoundCredentials, Identities } from '../identity/identities.ts';
import type { Principal } from '../identity/principals.ts';
import { LINK_PREFIX } from '../links/link-id.ts';
import type { Addressed, Authenticated, Operation, PostedForm, SignatureFacts } from '../pipeline.ts';
import { type AuthenticatedForm, authenticateForm } from './form.ts';
import { authenticateCall } from './query-call.ts';
import { refused } from './refused.ts';
import { signatureFacts } from './signature-facts.ts';

export type CredentialLookUp = (accessKeyId: string) => FoundCredentials | undefined | Promise<FoundCredentials | undefined>;

/** Throws, or rejects with, the S3Error that says why a signature is not accepted. Without a promise where the access key is known already. */
export function authenticate(
  addressed: Addressed,
  operation: Operation,
  rules: Pick<VerifyRules, 'region' | 'service' | 'sigv2'> & { readonly ignoreForeignAuthorization: boolean },
  identities: Pick<Identities, 'find' | 'fromToken'>,
): Authenticated | Promise<Authenticated> {
  const hosted = addressed.style === 'virtual' ? addressed.bucket : undefined;
  const { region, service, sigv2, ignoreForeignAuthorization } = rules;
  const current: VerifyRules = {
    region,
    service,
    sigv2,
    ignoreForeignAuthorization,
    now: new Date(addressed.receivedAt),
    virtualHostBucket: hosted,
  };
  const asSigned = asSignatureReads(addressed);
  if (addressed.call !== undefined) {
    return authenticateCall(asSigned, addressed.call, operation, current, identities).then(({ principal, signature }) =>
      authenticated(addressed, operation, principal, signature),
    );
  }
  let found: FoundCredentials | undefined;
  const keep = (credentials: FoundCredentials | undefined) => {
    found = credentials;
    return credentials;
  };
  const verdict = verifyAtOnce(asSigned, current, (accessKeyId) => {
    const looked = identities.find(accessKeyId);
    return looked instanceof Promise ? looked.then(keep) : keep(looked);
  });
  if (verdict instanceof Promise) return verdict.then((settled) => asPrincipal(addressed, operation, current, identities, settled, found));
  return asPrincipal(addressed, operation, current, identities, verdict, found);
}

function asPrincipal(
  addressed: Addressed,
  operation: Operation,
  rules: VerifyRules,
  identities: Pick<Identities, 'find'>,
  verdict: Verdict,
  found: FoundCredentials | undefined,
): Authenticated | Promise<Authenticated> {
  switch (verdict.kind) {
    case 'refused':
      throw refused(verdict.refusal);
    case 'anonymous':
      if (operation.authenticatedBy !== 'form') return authenticated(addressed, operation, ANONYMOUS, undefined);
      return authenticateForm(addressed, rules, (accessKeyId) => identities.find(accessKeyId)).then((form) =>
        withForm(addressed, operation, form),
      );
    case 'verified': {
      if (operation.authenticatedBy === 'form') throw refused({ kind: 'two-mechanisms', argumentName: 'Authorization', argumentValue: '' });
      if (found === undefined) throw new Error('verified without credentials');
      return authenticated(addressed, operation, found.principal, signatureFacts(verdict.authentication, found.secretAccessKey));
    }
  }
}

/** SigV2 signs bucket and key, and never the path under which a proxy shows them. A link's GET answers HEAD as well. */
function asSignatureReads(addressed: Addressed): SignedRequest {
  const { method, target, headers, pathPrefix } = addressed;
  if (method === 'HEAD' && isOfLink(addressed)) return { method: 'GET', target, headers };
  if (pathPrefix === '' || !target.query.some(({ name }) => name === 'AWSAccessKeyId')) return addressed;
  const raw = target.raw.startsWith(pathPrefix) ? target.raw.slice(pathPrefix.length) : target.raw;
  return { method, headers, target: { ...target, raw } };
}

function isOfLink({ target }: Addressed): boolean {
  return target.query.some(({ name, value }) => name === 'X-Amz-Credential' && value.startsWith(LINK_PREFIX));
}

/** The file's key is only known from the form; the fields take the place of headers. */
function withForm(addressed: Addressed, operation: Operation, { principal, signature, form }: AuthenticatedForm): Authenticated {
  // What a form calls `acl` is the header `x-amz-acl`.
  const headers = [...form.fields].map(([name, value]) => [name === 'acl' ? 'x-amz-acl' : name, asBytes(value)] as const);
  return authenticated({ ...addressed, headers }, operation, principal, signature, form);
}

const ANONYMOUS: Principal = { kind: 'anonymous' };

/** Field by field, for speed. */
function authenticated(
  addressed: Addressed,
  operation: Operation,
  principal: Principal,
  signature: SignatureFacts | undefined,
  form: PostedForm | undefined = undefined,
): Authenticated {
  const { method, rawTarget, headers, body, peer, requestId, receivedAt, target, host, style, pathPrefix, call, scope, bucket, key } =
    addressed;
  // biome-ignore format: one line a step
  return { method, rawTarget, headers, body, peer, requestId, receivedAt, target, host, style, pathPrefix, call, scope, bucket, key, operation, principal, signature, form } as Authenticated;
}
