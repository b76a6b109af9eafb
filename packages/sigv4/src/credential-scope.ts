import type { CredentialPlace, ScopeRefusal } from './refusal.ts';
import { accepts, firstOf, type VerifyRules } from './rules.ts';
import { type Scope, TERMINATOR } from './scope.ts';

/** A credential split at its slashes: exactly five parts. The access key id may hold no slash. */
export type Credential = { readonly accessKeyId: string; readonly scope: Scope; readonly terminator: string };

/** Splits `AKID/yyyymmdd/region/service/aws4_request`; undefined if it is not of that form. */
export function parseCredential(text: string): Credential | undefined {
  if (latest?.text === text) return latest.credential;
  const credential = split(text);
  latest = { text, credential };
  return credential;
}

/** The credential read last: most requests of a busy moment come with the same one. */
let latest: { readonly text: string; readonly credential: Credential | undefined } | undefined;

function split(text: string): Credential | undefined {
  const parts = text.split('/');
  const [accessKeyId = '', date = '', region = '', service = '', terminator = ''] = parts;
  return parts.length === 5 && accessKeyId !== '' ? { accessKeyId, scope: { date, region, service }, terminator } : undefined;
}

/** Judges a credential's scope against the request's `amzDate` and what we accept, in S3's order: date, region, service, terminator. */
export function refuseScope(credential: Credential, amzDate: string, place: CredentialPlace, rules: VerifyRules): ScopeRefusal | undefined {
  const { date, region, service } = credential.scope;
  if (date.length !== 8 || !amzDate.startsWith(date)) return refuseDate(date, amzDate, place);
  if (!accepts(rules.region, region) && !isGlobal(service, region)) {
    return { kind: 'wrong-region', place, region, expected: firstOf(rules.region) };
  }
  if (!accepts(rules.service, service)) return { kind: 'wrong-service', place, service, expected: firstOf(rules.service) };
  if (credential.terminator !== TERMINATOR) return { kind: 'wrong-terminator', place, terminator: credential.terminator };
  return undefined;
}

const refuseDate = (date: string, amzDate: string, place: CredentialPlace): ScopeRefusal =>
  /^\d{8}$/.test(date)
    ? { kind: 'scope-date-differs', place, date, requestDate: amzDate.slice(0, 8) }
    : { kind: 'scope-date-malformed', place, date };

const isGlobal = (service: string, region: string): boolean => region === 'us-east-1' && (service === 'iam' || service === 'sts');
