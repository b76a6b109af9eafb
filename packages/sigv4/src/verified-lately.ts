import type { V4Authentication } from './authentication.ts';
import { equalInConstantTime } from './bytes.ts';
import { LONGEST_REMEMBERED, SLOTS, slotOf } from './recent.ts';
import type { SignedRequest } from './request.ts';
import type { VerifyRules } from './rules.ts';
import type { ParsedTarget } from './target.ts';

/** A pre-signed URL that was verified, with all that its signature was made of. */
export type Verified = {
  readonly target: ParsedTarget;
  readonly authentication: V4Authentication;
  readonly secretAccessKey: string;
  readonly method: string;
  readonly host: string;
  readonly region: VerifyRules['region'];
  readonly service: VerifyRules['service'];
};

/**
 * What is known of a request that is, to the last character, one that was verified lately: a player asks for the same URL again and again, and
 * reading it and making its signature anew takes three quarters of verifying it. Only for URLs that sign no header but the host, sent without any
 * header that a signature would have to cover or that could be one. Of what is known only the reading holds by itself: time, access key, token and
 * secret are for the caller to judge, every time.
 */
export function verifiedLately(request: SignedRequest, rules: VerifyRules): Verified | undefined {
  const known = verified[slotOf(request.target.raw)];
  // Parsing a text again gives the very same target, if that was lately: what was compared there is not compared here.
  if (known === undefined || known.target !== request.target || known.method !== request.method) return undefined;
  if (known.region !== rules.region || known.service !== rules.service) return undefined;
  return hostAlone(request) === known.host ? known : undefined;
}

/** Whether it was this secret by which it was verified: keys may be given a new one. */
export function isStillBy(known: Verified, secretAccessKey: string): boolean {
  return equalInConstantTime(known.secretAccessKey, secretAccessKey);
}

/** To be called with what was verified, and with nothing else. */
export function remember(request: SignedRequest, rules: VerifyRules, authentication: V4Authentication, secretAccessKey: string): void {
  const { method, target } = request;
  if (authentication.kind !== 'v4-query' || authentication.signedHeaderList !== 'host' || target.raw.length > LONGEST_REMEMBERED) return;
  const host = hostAlone(request);
  if (host === undefined) return;
  const { region, service } = rules;
  verified[slotOf(target.raw)] = { target, authentication, secretAccessKey, method, host, region, service };
}

const verified: (Verified | undefined)[] = new Array(SLOTS).fill(undefined);

/** The host of a request that sends one, and nothing besides that has to do with signatures. */
function hostAlone({ headers }: SignedRequest): string | undefined {
  let host: string | undefined;
  for (const [name, value] of headers) {
    if (name === 'host') {
      if (host !== undefined) return undefined;
      host = value;
    } else if (name === 'authorization' || name.startsWith('x-amz-')) return undefined;
  }
  return host;
}
