/** Guardrails on upload requests: what would be refused at every delivery is said when a request is made, and again when a guest comes. */
import { invalidArgument, S3Error } from '@latchkey/s3/errors';
import { Denial } from '../denial.ts';
import type { Guardrails, PresignedKind, Term } from '../guardrails/document.ts';
import { hasTerm } from '../guardrails/respect.ts';
import { EVERYWHERE, type GuardrailStore } from '../guardrails/store.ts';
import { latestWithPage } from '../links/link-guardrails.ts';
import { linkOfRequest } from './as-link.ts';
import type { UploadRequest } from './model.ts';

/** Throws InvalidArgument that names the term which a guardrail wants otherwise. */
export async function checkRequestGuardrails(request: UploadRequest, store: GuardrailStore): Promise<void> {
  const violation = await violationOf(request, 'write', store);
  if (violation !== undefined) throw invalidArgument(`A guardrail of ${violation}`, 'terms', '');
  const latest = await latestWithPage(linkOfRequest(request), store, 'write');
  const { expiresAt } = request.terms;
  if (expiresAt > latest)
    throw invalidArgument(
      `The guardrails let an upload request live for ${Math.round((latest - request.createdAt) / 1000)} seconds.`,
      'terms.expiresAt',
      String(expiresAt),
    );
}

/** The same for a guest, who is told no more than that it is refused. */
export async function refuseByGuardrails(request: UploadRequest, store: GuardrailStore): Promise<void> {
  const violation = await violationOf(request, 'write', store);
  if (violation !== undefined) throw new S3Error('AccessDenied', { cause: new Denial('guardrail', `A guardrail of ${violation}`) });
}

/** Whether its form, for browsers without scripts, would be refused. */
export async function allowsForm(request: UploadRequest, store: GuardrailStore): Promise<boolean> {
  return (await violationOf(request, 'form', store)) === undefined;
}

async function violationOf(request: UploadRequest, kind: PresignedKind, store: GuardrailStore): Promise<string | undefined> {
  const both = [
    [(await store.find(EVERYWHERE)) ?? {}, 'every bucket'],
    [(await store.find(request.bucket)) ?? {}, `the bucket ${request.bucket}`],
  ] as const;
  for (const [guardrails, place] of both) {
    if (isOff(guardrails, kind)) return `${place} refuses it: pre-signed ${kind === 'form' ? 'forms' : 'URLs'} are off.`;
    const missing = guardrails.requiredTerms?.[kind]?.find((term) => !isLimited(request, kind, term));
    if (missing !== undefined) return `${place} asks for the term ${missing}.`;
  }
  return undefined;
}

function isOff({ presignedForms, presignedUrls }: Guardrails, kind: PresignedKind): boolean {
  return (kind === 'form' ? presignedForms : presignedUrls) === false;
}

/** What each delivery is limited to by itself is no limit that somebody chose. So many files are so many uses; a form is not counted by itself. */
function isLimited({ terms }: UploadRequest, kind: PresignedKind, term: Term): boolean {
  return term === 'max-uses' && kind === 'write' ? terms.maxFiles !== undefined : hasTerm(terms, term);
}
