/** Values as people count, and exactly to whoever points at them; what is read out is exact. */

import { now } from '../clock.ts';
import { countText, exactTime, relativeTime, sizeText } from '../format.ts';
import { language, words } from '../words/words.ts';

export function Size({ bytes }: { readonly bytes: number }) {
  const locale = language.value.language.tag;
  return (
    <data value={bytes} title={words().shell.bytes(countText(bytes, locale))}>
      {sizeText(bytes, locale)}
    </data>
  );
}

/** A moment, in milliseconds since the epoch: how far it is, and goes on to be. */
export function Time({ at }: { readonly at: number }) {
  const locale = language.value.language.tag;
  return (
    <time dateTime={new Date(at).toISOString()} title={exactTime(at, locale)}>
      {relativeTime(at, now.value, locale)}
    </time>
  );
}
