/** The guardrails at the moment a pre-signed request is used: those of the installation and those of its bucket both hold. */
import { S3Error } from '@latchkey/s3/errors';
import { Denial } from '../denial.ts';
import type { Terms } from '../links/terms.ts';
import type { Admitted, SignatureFacts } from '../pipeline.ts';
import type { Guardrails, PresignedKind, Term } from './document.ts';
import { EVERYWHERE, type GuardrailStore } from './store.ts';

/**
 * Throws, or rejects with, AccessDenied, with the guardrail that says so for the operator; without a promise where they are in memory.
 * Requests signed in their headers are nobody's here.
 */
export function respectGuardrails(request: Admitted, store: GuardrailStore): void | Promise<void> {
  const { signature, bucket } = request;
  if (signature === undefined || signature.authType === 'REST-HEADER') return;
  const everywhere = store.find(EVERYWHERE);
  const here = bucket === undefined ? undefined : store.find(bucket);
  if (everywhere instanceof Promise || here instanceof Promise) {
    return Promise.all([everywhere, here]).then((found) => checkBoth(request, signature, ...found));
  }
  checkBoth(request, signature, everywhere, here);
}

function checkBoth(request: Admitted, signature: SignatureFacts, everywhere: Guardrails | undefined, here: Guardrails | undefined): void {
  if (everywhere !== undefined) check(request, signature, everywhere, 'every bucket');
  if (here !== undefined) check(request, signature, here, `the bucket ${request.bucket}`);
}

function check(request: Admitted, signature: SignatureFacts, guardrails: Guardrails, place: string): void {
  const violation = violationOf(request, signature, guardrails);
  if (violation === undefined) return;
  throw new S3Error('AccessDenied', { cause: new Denial('guardrail', `A guardrail of ${place} refuses this request: ${violation}`) });
}

function violationOf(request: Admitted, { version, signedAt }: SignatureFacts, guardrails: Guardrails): string | undefined {
  const kind = kindOf(request);
  if (version === 'AWS' && guardrails.sigv2 === false) return 'SigV2 is off.';
  if (kind === 'form' && guardrails.presignedForms === false) return 'Pre-signed forms are off.';
  if (kind !== 'form' && guardrails.presignedUrls === false) return 'Pre-signed URLs are off.';
  const limit = guardrails.maxLifetimeSeconds?.[kind];
  if (limit !== undefined) {
    // SigV2 does not say when it was signed, so nothing shows that it is young enough.
    if (signedAt === undefined) return `What is pre-signed works for ${limit} seconds, and SigV2 does not say when it was signed.`;
    const ageSeconds = Math.floor((request.receivedAt - signedAt) / 1000);
    if (request.receivedAt - signedAt > limit * 1000) return `It was signed ${ageSeconds} seconds ago, and works for ${limit}.`;
  }
  for (const term of guardrails.requiredTerms?.[kind] ?? []) if (!isLimited(request, term)) return `It needs the term ${term}.`;
  return undefined;
}

function kindOf({ signature, method, call }: Admitted): PresignedKind {
  if (signature?.authType === 'POST') return 'form';
  // A call of IAM may change anything, though its URL be opened with GET.
  if (call !== undefined) return 'write';
  return method === 'GET' || method === 'HEAD' ? 'read' : 'write';
}

/** By a link's terms, those signed into a URL, or the one that S3 knows of forms. */
function isLimited({ form, terms }: Admitted, term: Term): boolean {
  return hasTerm(terms ?? {}, term) || (term === 'max-size' && form?.policy?.sizeRange !== undefined);
}

export function hasTerm(terms: Terms, term: Term): boolean {
  switch (term) {
    case 'max-uses':
      return terms.maxUses !== undefined;
    case 'source-ip':
      return terms.sourceIp !== undefined;
    case 'min-size':
      return terms.minSize !== undefined;
    case 'max-size':
      return terms.maxSize !== undefined;
    case 'content-types':
      return terms.contentTypes !== undefined;
    case 'no-overwrite':
      return terms.noOverwrite === true;
  }
}
