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
    if (event.key === '?' && !isTyping(event.target)) showShortcuts(true);
  };
  addEventListener('keydown', hear);
  return () => removeEventListener('keydown', hear);
}

/** Whether a key that is pressed there is meant for a field, a dialog or a menu, and not for the page. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, dialog, [popover]') !== null;
}
