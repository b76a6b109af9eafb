/** A link as the JSON API shows it, and what is said of one. */
import { countText, sizeText } from '../format.ts';
import { lastPart } from '../share/subject.ts';
import { endText } from '../spans.ts';
import { language, words } from '../words/words.ts';
import type { Rule } from './rule.ts';

type LinkStatus = 'active' | 'paused' | 'revoked' | 'expired' | 'used-up' | 'not-yet';

export type Terms = {
  readonly notBefore?: string;
  readonly sourceIp?: readonly string[];
  readonly minSize?: number;
  readonly maxSize?: number;
  readonly contentTypes?: readonly string[];
  readonly noOverwrite?: boolean;
  readonly maxBytesPerSecond?: number;
};

export type Link = Terms & {
  readonly id: string;
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly bucket: string;
  readonly key?: string;
  readonly keys?: readonly string[];
  readonly keyPrefix?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, string>>;
  readonly status: LinkStatus;
  readonly expiresAt: string;
  readonly maxUses?: number;
  readonly downloadName?: string;
  readonly uses?: { readonly used: number; readonly max: number };
  readonly label?: string;
  readonly note?: string;
  readonly landingUrl?: string;
  readonly hasPassword?: boolean;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly revokedAt?: string;
  readonly revokedBy?: string;
  /** Where a rule did it, which speaks of many. */
  readonly revokedByRule?: Rule;
  readonly lastUse?: { readonly at: string; readonly address: string; readonly operation: string };
};

/** What people call it. */
export function linkName({ key, keys, keyPrefix = '', bucket }: Pick<Link, 'key' | 'keys' | 'keyPrefix' | 'bucket'>): string {
  if (key !== undefined) return lastPart(key);
  if (keys !== undefined) return words().links.objects(countText(keys.length, language.value.language.tag));
  return keyPrefix === '' ? bucket : lastPart(keyPrefix);
}

/** Where that is: the bucket, and the folder in it. */
export function linkPlace({ bucket, key, keyPrefix = '' }: Pick<Link, 'key' | 'keyPrefix' | 'bucket'>): string {
  const whole = key ?? keyPrefix;
  return `${bucket}/${whole.slice(0, whole.length - lastPart(whole).length)}`;
}

/** Each limit in a few words: `1 of 3 uses`, `from 203.0.113.0/24`. */
export function limitsOf(link: Link): readonly string[] {
  const text = words().links;
  const count = (value: number) => countText(value, language.value.language.tag);
  return [
    ...(link.uses === undefined ? [] : [text.usesOf(count(link.uses.used), count(link.uses.max))]),
    ...termsIn(link),
    ...(link.hasPassword === true ? [text.withPassword] : []),
  ];
}

/** Those that links and upload requests share. */
export function termsIn(terms: Terms): readonly string[] {
  const text = words().links;
  const locale = language.value.language.tag;
  const { notBefore, sourceIp, minSize, maxSize, contentTypes, noOverwrite, maxBytesPerSecond } = terms;
  return [
    ...(sourceIp === undefined ? [] : [text.fromNetworks(sourceIp.join(', '))]),
    ...(maxSize === undefined ? [] : [text.upTo(sizeText(maxSize, locale))]),
    ...(minSize === undefined ? [] : [text.atLeast(sizeText(minSize, locale))]),
    ...(contentTypes === undefined ? [] : [contentTypes.join(', ')]),
    ...(noOverwrite === true ? [text.noOverwrite] : []),
    ...(maxBytesPerSecond === undefined ? [] : [text.speed(sizeText(maxBytesPerSecond, locale))]),
    ...(notBefore === undefined ? [] : [text.notBefore(endText(Date.parse(notBefore), locale))]),
  ];
}

/** Whether it is over for good. */
export function isEnded(status: string): boolean {
  return ['revoked', 'expired', 'used-up', 'closed'].includes(status);
}

/** The name in an ARN, or `root`. */
export function nameInArn(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1).replace(/^(?:user|role|assumed-role)\/(?:.*\/)?(?=[^/]+$)/, '');
}
