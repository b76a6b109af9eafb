/** `requestParameters` and `responseElements` of an event. */
import { headerValue } from '../headers.ts';
import type { AuditEvent } from './event.ts';
import { cut, HIDDEN, isSecretName, jsonText, withoutSecrets } from './mask.ts';

/** Characters of all values together; a policy document fits. */
const MAX_CHARACTERS = 16_384;
const MAX_PARAMETERS = 100;
const MAX_NAME = 128;

/** As JSON, with what stands for the bucket and the key first. At most six times `MAX_CHARACTERS` and as many names. */
export function requestParameters(event: AuditEvent, host: string | undefined): string {
  let left = MAX_CHARACTERS;
  let count = 0;
  let json = '';
  const add = (name: string, value: string): void => {
    count += 1;
    if (count > MAX_PARAMETERS) return;
    const known = nameOf(name);
    const shown = known.isSecret ? HIDDEN : cut(value, left);
    left = Math.max(0, left - shown.length);
    json += (count === 1 ? '{' : ',') + known.json + jsonText(shown);
  };
  const { bucket, key, query = [], call, formFields, parameters } = event;
  if (bucket !== undefined) add('bucketName', bucket);
  if (key !== undefined) add('key', key);
  if (host !== undefined) add('Host', cut(host, 256));
  if (call === undefined) for (const { name, value } of query) add(name, value);
  else for (const [name, value] of call.parameters) add(name, withoutSecrets(value, left));
  for (const [name, value] of formFields ?? []) if (name !== 'policy' && name !== 'key') add(name, value);
  for (const [name, value] of Object.entries(parameters ?? {})) if (value !== undefined) add(name, withoutSecrets(String(value), left));
  const copySource = headerValue(event.incoming.headers, 'x-amz-copy-source');
  if (copySource !== undefined) add('x-amz-copy-source', copySource);
  return count === 0 ? '{}' : `${json}}`;
}

type Name = { readonly json: string; readonly isSecret: boolean };

/** The names that requests usually have are few; a client may make up any. */
const names = new Map<string, Name>();
const MAX_NAMES = 500;

function nameOf(name: string): Name {
  const known = names.get(name);
  if (known !== undefined) return known;
  const made = { json: `${jsonText(cut(name, MAX_NAME))}:`, isSecret: isSecretName(name) };
  if (names.size < MAX_NAMES && name.length <= MAX_NAME) names.set(name, made);
  return made;
}

/** As JSON: ids of what the request made, never a secret. `null` where nothing was made. */
export function responseElements({ answer, notes, isReadOnly, status }: AuditEvent): string {
  const made: Record<string, string> = { ...notes?.response };
  if (answer !== undefined && !isReadOnly && status < 300) {
    const text = Buffer.from(answer.buffer, answer.byteOffset, Math.min(answer.byteLength, MAX_CHARACTERS)).toString('utf8');
    for (const [, name = '', value = ''] of text.matchAll(MADE)) made[`${name.charAt(0).toLowerCase()}${name.slice(1)}`] ??= value;
  }
  const entries = Object.entries(made).filter(([name]) => !isSecretName(name));
  if (entries.length === 0) return 'null';
  return `{${entries.map(([name, value]) => `${jsonText(cut(name, MAX_NAME))}:${jsonText(cut(value, 2048))}`).join(',')}}`;
}

const MADE = /<(AccessKeyId|UserId|RoleId|GroupId|PolicyId|Arn|AssumedRoleId|VersionId|Expiration)>([^<]{1,2048})</g;
