/** What happened, for ears: read out by screen readers, seen nowhere. What eyes should see stands where it happened. */
import { signal } from '@preact/signals';

const said = signal({ text: '', turn: 0 });

/** Said once; the same text twice in a row is said twice. */
export function announce(text: string): void {
  said.value = { text, turn: said.value.turn + 1 };
}

/** Belongs into the page once. Two regions in turn, because a region that does not change is not read again. */
export function Announcer() {
  const { text, turn } = said.value;
  return (
    <div class="visually-hidden">
      <div aria-live="polite">{turn % 2 === 0 ? text : ''}</div>
      <div aria-live="polite">{turn % 2 === 1 ? text : ''}</div>
    </div>
  );
}
