/** What the audit trail is told about a call of the API: what it asked for, and on which object. */
import type { AuditEvent } from '../audit/event.ts';
import type { ApiInput } from './operation.ts';

type Parameters = NonNullable<AuditEvent['parameters']>;

/** The members of path, query and body by name. Of a URL no more than says what it is for: the rest is what makes it work. */
export function auditedParameters(input: ApiInput): Parameters {
  const { path, query, body } = input;
  const place = auditedPlace(input);
  const parameters: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries({ ...path, ...membersOf(query), ...membersOf(body) })) {
    if (value === undefined || (name in place && (name === 'bucket' || name === 'key'))) continue;
    parameters[name] =
      name === 'url' ? placeOfUrl(String(value)) : name === 'id' ? inText(value).toString().replace(TOKEN, '…') : inText(value);
  }
  return parameters;
}

/** Neither a signature nor the token of a page; of other URLs, such as those of webhooks, the path may be the secret. */
function placeOfUrl(url: string): string {
  if (!/\/[lr]\/|[?&](?:X-Amz-|Signature=|AWSAccessKeyId=)/i.test(url)) return `${/^[a-z]+:\/\/[^/?#@]*/i.exec(url)?.[0] ?? ''}/…`;
  return (url.split('?', 1)[0] ?? '').replace(/(\/[lr]\/).*/, '$1…');
}

/** As `landing/token.ts` makes them, alone or in a URL. */
const TOKEN = /(?<![\w-])[\w-]{22}(?![\w-])/g;

/** The object that a request is about. What is merely looked for is none: the trail would fill with the looking. */
export function auditedPlace({ body }: ApiInput): { readonly bucket?: string; readonly key?: string } {
  const { bucket, key } = membersOf(body);
  if (typeof bucket !== 'string') return {};
  return typeof key === 'string' ? { bucket, key } : { bucket };
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function inText(value: unknown): string | number | boolean {
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') return value;
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string') ? value.join(',') : `${value.length} items`;
  return JSON.stringify(value);
}
