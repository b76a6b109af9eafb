import type { CredentialPlace, ScopeRefusal } from './refusal.ts';
import { accepts, firstOf, type VerifyRules } from './rules.ts';
import { type Scope, TERMINATOR } from './scope.ts';

/** A credential split at its slashes: exactly five parts. The access key id may hold no slash. */
export type Credential = { readonly accessKeyId: string; readonly scope: Scope; readonly terminator: string };

/** Splits `AKID/yyyymmdd/region/service/aws4_request`; undefined if it is not of that form. */
export function parseCredential(text: string): Credential | undefined {
  const [accessKeyId, date, region, service, terminator, ...more] = text.split('/');
  if (!accessKeyId || date === undefined || region === undefined || service === undefined || terminator === undefined) return undefined;
  return more.length === 0 ? { accessKeyId, scope: { date, region, service }, terminator } : undefined;
}

/** Judges a credential's scope against the request's `amzDate` and what we accept, in S3's order: date, region, service, terminator. */
export function refuseScope(credential: Credential, amzDate: string, place: CredentialPlace, rules: VerifyRules): ScopeRefusal | undefined {
  const { date, region, service } = credential.scope;
  if (!/^\d{8}$/.test(date)) return { kind: 'scope-date-malformed', place, date };
  if (!amzDate.startsWith(date)) return { kind: 'scope-date-differs', place, date, requestDate: amzDate.slice(0, 8) };
  if (!accepts(rules.region, region) && !isGlobal(service, region)) {
    return { kind: 'wrong-region', place, region, expected: firstOf(rules.region) };
  }
  if (!accepts(rules.service, service)) return { kind: 'wrong-service', place, service, expected: firstOf(rules.service) };
  if (credential.terminator !== TERMINATOR) return { kind: 'wrong-terminator', place, terminator: credential.terminator };
  return undefined;
}

const isGlobal = (service: string, region: string): boolean => region === 'us-east-1' && (service === 'iam' || service === 'sts');
