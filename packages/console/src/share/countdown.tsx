/** How long something still works, by the server's clock, to the second where that matters. */
import { useEffect, useState } from 'preact/hooks';
import { serverNow } from '../clock.ts';
import { endText, remainingText } from '../spans.ts';
import { language, words } from '../words/words.ts';

/** `until` in milliseconds since the epoch. */
export function Countdown({ until }: { readonly until: number }) {
  const locale = language.value.language.tag;
  const [at, setAt] = useState(serverNow());
  // The server tells its time in whole seconds: what is shown is never more than what is left.
  const left = Math.floor((until - at) / 1000);
  const stepMs = left > 2 * 3600 ? 30_000 : 1000;
  useEffect(() => {
    const timer = setInterval(() => setAt(serverNow()), stepMs);
    return () => clearInterval(timer);
  }, [stepMs]);
  const text = words().share;
  return (
    <time
      dateTime={new Date(until).toISOString()}
      title={endText(until, locale)}
      class={left <= 300 && left > 0 ? 'ending nowrap' : 'nowrap'}
    >
      {left <= 0 ? text.over : text.expiresIn(remainingText(left, locale))}
    </time>
  );
}
