/** Which types an upload may have: by what it says of itself. What its bytes say is in `content-signatures.ts`. */

/** `type/subtype` or `type/*`, in lower case, without parameters. */
export function isTypePattern(text: string): boolean {
  return /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/(?:\*|[a-z0-9][a-z0-9!#$&^_.+-]{0,126})$/.test(text);
}

/** The type of a Content-Type header without its parameters, in lower case; `undefined` for what is none, or more than one. */
export function mediaType(contentType: string | undefined): string | undefined {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  return type !== undefined && isTypePattern(type) && !type.endsWith('/*') ? type : undefined;
}

export function matchesType(type: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => (pattern.endsWith('/*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern));
}
