/** What must not get into the trail, and what must not make a line of it unsafe to read. */

/** CloudTrail's words for what it leaves out. */
export const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS';

/** Whether a parameter's value is left out: signatures, tokens, keys that encrypt, whatever names itself a secret; headers to be explained. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

const SECRET_NAME =
  /^(?:x-amz-)?signature$|secret|password|passwd|(?<!continuation-)token|assertion|private|authorization|credentials|customer-key(?:-md5)?$|^headers\.member\.\d+\.value$/i;

/** Text that a client made, such as a referrer, without the signatures and tokens of a URL in it, and no longer than `max` characters. */
export function withoutSecrets(text: string, max: number): string {
  const short = cut(text, max);
  return /signature|token|secret|password|authorization/i.test(short) ? short.replaceAll(SECRET_IN_TEXT, `$1${HIDDEN}`) : short;
}

/** A name and what stands behind its `=`, `:` or their encoded forms, up to where a value ends. */
const SECRET_IN_TEXT =
  /((?:signature|token|secret|password|authorization)[\w.-]*["']?\s*(?:=|:|%3D|%253D|%3A)\s*["']?)(?:(?:AWS4-HMAC-SHA256|AWS|Bearer|Basic)\s+[^"'&]*|[^\s&"'<>]+)/gi;

export function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max)}…`;
}

/**
 * Text as a string of JSON in which nothing moves a terminal's cursor or turns its writing around: besides what JSON escapes, all control
 * characters, all format characters (marks of direction, of width zero) and all separators of lines. At most six characters for each.
 */
export function jsonText(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  const json = JSON.stringify(text);
  return UNSAFE.test(json) ? json.replaceAll(ALL_UNSAFE, escaped) : json;
}

const PLAIN = /^[ !#-[\]-~]*$/;
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const ALL_UNSAFE = new RegExp(UNSAFE.source, 'gu');

function escaped(character: string): string {
  let text = '';
  for (let i = 0; i < character.length; i++) text += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
  return text;
}
