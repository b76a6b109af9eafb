/** What a signing key is good for: one day, one region, one service. */
export type Scope = { readonly date: string; readonly region: string; readonly service: string };

/** The scope as it stands in the string to sign: `20130524/us-east-1/s3/aws4_request`. */
export const scopeText = (scope: Scope): string => `${scope.date}/${scope.region}/${scope.service}/${TERMINATOR}`;

/** The last part of every scope. */
export const TERMINATOR = 'aws4_request';

/** The only algorithm we sign with. */
export const ALGORITHM = 'AWS4-HMAC-SHA256';

/** A moment as SigV4 writes it, whole seconds: `20130524T000000Z`. */
export const amzDate = (moment: Date): string => moment.toISOString().replace(/\.\d+|[:-]/g, '');

/** The moment written as `yyyyMMddTHHmmssZ`; undefined for any other form and for a day that no calendar has. */
export function parseAmzDate(text: string): Date | undefined {
  if (text.length !== 16 || text[8] !== 'T' || text[15] !== 'Z') return undefined;
  const iso = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}T${text.slice(9, 11)}:${text.slice(11, 13)}:${text.slice(13, 15)}Z`;
  const moment = new Date(iso);
  return !Number.isNaN(moment.getTime()) && amzDate(moment) === text ? moment : undefined;
}
