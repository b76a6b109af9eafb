/** Whether the list of shortcuts is shown, by the menu or by `?`. */
import { type ReadonlySignal, signal } from '@preact/signals';

const shown = signal(false);

export const areShortcutsShown: ReadonlySignal<boolean> = shown;

export function showShortcuts(isShown: boolean): void {
  shown.value = isShown;
}

/** Listens for `?`, but not where somebody types. Returns what ends it. */
export function listenForShortcuts(): () => void {
  const hear = (event: KeyboardEvent) => {
    const isTyping = event.target instanceof HTMLElement && event.target.closest('input, textarea, select, dialog, [popover]') !== null;
    if (event.key === '?' && !isTyping) showShortcuts(true);
  };
  addEventListener('keydown', hear);
  return () => removeEventListener('keydown', hear);
}
