/** What a person has chosen for themselves, kept in this browser. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { chosenLanguage, type Language, speak } from '../words/words.ts';

export type Theme = 'system' | 'light' | 'dark';

const chosen = signal<Theme>('system');

export const theme: ReadonlySignal<Theme> = chosen;

export function chooseTheme(next: Theme): void {
  chosen.value = next;
  localStorage.setItem('latchkey-theme', next);
  if (next === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
}

export async function chooseLanguage(next: Language): Promise<void> {
  localStorage.setItem('latchkey-language', next.tag);
  await speak(next);
}

/** Takes up what was chosen before; otherwise what the browser says of the person. */
export async function applyPreferences(): Promise<void> {
  const kept = localStorage.getItem('latchkey-theme');
  if (kept === 'light' || kept === 'dark') chooseTheme(kept);
  await speak(chosenLanguage([localStorage.getItem('latchkey-language') ?? '', ...navigator.languages]));
}
