/** The words of the console, in the language of whoever reads them. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { en } from './en.ts';

/** Sections of texts; a text with something in it is a function. */
export type Words = { readonly [Section in keyof typeof en]: Translated<(typeof en)[Section]> };

type Translated<Section> = {
  readonly [Name in keyof Section]: Section[Name] extends (...values: infer Values) => string ? (...values: Values) => string : string;
};

export type Language = { readonly tag: string; readonly name: string; readonly direction: 'ltr' | 'rtl' };

/** `en-XB`, as other systems call it, is for tests: see `mirrored.ts`. */
export const LANGUAGES: readonly Language[] = [
  { tag: 'en', name: 'English', direction: 'ltr' },
  { tag: 'de', name: 'Deutsch', direction: 'ltr' },
];
const MIRRORED: Language = { tag: 'en-XB', name: 'Mirrored', direction: 'rtl' };

const spoken = signal<{ readonly language: Language; readonly words: Words }>({ language: LANGUAGES[0] as Language, words: en });

/** The words now; a component that calls this is drawn anew when the language changes. */
export function words(): Words {
  return spoken.value.words;
}

export const language: ReadonlySignal<{ readonly language: Language }> = spoken;

/** Which of ours is meant by a list of wishes, such as `navigator.languages`. */
export function chosenLanguage(wishes: readonly string[]): Language {
  for (const wish of wishes) {
    const found = [...LANGUAGES, MIRRORED].find(({ tag }) => tag === wish) ?? LANGUAGES.find(({ tag }) => wish.split('-')[0] === tag);
    if (found !== undefined) return found;
  }
  return LANGUAGES[0] as Language;
}

/** Speaks another language from now on. English is at hand; the others are fetched. */
export async function speak(next: Language): Promise<void> {
  spoken.value = { language: next, words: await wordsOf(next.tag) };
  document.documentElement.lang = next.tag;
  document.documentElement.dir = next.direction;
}

async function wordsOf(tag: string): Promise<Words> {
  if (tag === 'de') return (await import('./de.ts')).de;
  if (tag === MIRRORED.tag) return (await import('./mirrored.ts')).mirrored;
  return en;
}
