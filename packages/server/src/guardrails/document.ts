/** Guardrails: what an administrator lets pre-signed requests be, whoever signs them. */
import { S3Error } from '@latchkey/s3/errors';

/** The kinds of pre-signed request: URLs that read, URLs that change something, forms. */
export type PresignedKind = 'read' | 'write' | 'form';
export const PRESIGNED_KINDS: readonly PresignedKind[] = ['read', 'write', 'form'];

/** What is not said is not limited. */
export type Guardrails = {
  /** Whether SigV2 is accepted. */
  readonly sigv2?: boolean;
  /** Whether pre-signed URLs are accepted, and pre-signed forms. */
  readonly presignedUrls?: boolean;
  readonly presignedForms?: boolean;
  /** How long after its signature a pre-signed request is still good, whatever its own expiry says. */
  readonly maxLifetimeSeconds?: Readonly<Partial<Record<PresignedKind, number>>>;
  /** How long after its making a link with a page may be good, which signs URLs anew; where nobody says, seven days. */
  readonly pageLifetimeSeconds?: number;
  /** Terms that have to be signed into it. */
  readonly requiredTerms?: Readonly<Partial<Record<PresignedKind, readonly Term[]>>>;
};

export const TERMS = ['max-uses', 'source-ip', 'min-size', 'max-size', 'content-types', 'no-overwrite'] as const;
export type Term = (typeof TERMS)[number];

/** Reads the JSON that an administrator sends. Throws InvalidInput that names the member which is wrong. */
export function parseGuardrails(text: string): Guardrails {
  const members = objectOf(parseJson(text), 'The guardrails');
  const guardrails: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(members)) {
    switch (name) {
      case 'sigv2':
      case 'presignedUrls':
      case 'presignedForms':
        if (typeof value !== 'boolean') throw invalid(`${name} is true or false.`);
        guardrails[name] = value;
        break;
      case 'pageLifetimeSeconds':
        guardrails[name] = lifetime(value, name);
        break;
      case 'maxLifetimeSeconds':
        guardrails[name] = byKind(value, name, lifetime);
        break;
      case 'requiredTerms':
        guardrails[name] = byKind(value, name, terms);
        break;
      default:
        // A limit that is not understood must not be ignored.
        throw invalid(`There is no guardrail called ${name}.`);
    }
  }
  return guardrails as Guardrails;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new S3Error('InvalidInput', { message: 'The guardrails are not JSON.', cause });
  }
}

function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${what} are an object.`);
  return value as Record<string, unknown>;
}

function byKind<Value>(
  value: unknown,
  name: string,
  read: (value: unknown, where: string) => Value,
): Partial<Record<PresignedKind, Value>> {
  const found: Partial<Record<PresignedKind, Value>> = {};
  for (const [kind, member] of Object.entries(objectOf(value, name))) {
    if (!PRESIGNED_KINDS.includes(kind as PresignedKind)) throw invalid(`${name} is by kind: ${PRESIGNED_KINDS.join(', ')}; not ${kind}.`);
    found[kind as PresignedKind] = read(member, `${name}.${kind}`);
  }
  return found;
}

function lifetime(value: unknown, where: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1)
    throw invalid(`${where} is a whole number of seconds, 1 or more.`);
  return value;
}

function terms(value: unknown, where: string): readonly Term[] {
  if (!Array.isArray(value) || !value.every((term) => TERMS.includes(term as Term)))
    throw invalid(`${where} is a list of terms: ${TERMS.join(', ')}.`);
  return value as Term[];
}

function invalid(message: string): S3Error {
  return new S3Error('InvalidInput', { message });
}
