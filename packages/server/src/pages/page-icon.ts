/** A drawing above the heading of a page: decoration, that says nothing the words do not. */
import type { Html } from './html.ts';

export type PageIcon = keyof typeof PATHS;

const SHEET = 'M6 2.5h8l4.5 4.5v14h-12.5z M14 2.5v4.5h4.5';

/** Strokes on a grid of 24. */
const PATHS = {
  file: `${SHEET} M9 12h6 M9 15h6 M9 18h3`,
  picture: `${SHEET} M7.5 18l3-4 2.5 3 1.5-2 2 3 M10 10.5h.01`,
  film: `${SHEET} M10 11.5v6l5-3z`,
  sound: `${SHEET} M10.5 17.5v-6l4-1v6 M10.5 17.5a1.3 1.3 0 1 1-.01-.1 M14.5 16.5a1.3 1.3 0 1 1-.01-.1`,
  folder: 'M2.5 5.5h6.5l2 2.5h10.5v11.5h-19z',
  tray: 'M3 14v5.5h18v-5.5 M12 15v-11 M7.5 8.5l4.5-4.5 4.5 4.5',
  lock: 'M5.5 10.5h13v10h-13z M8.5 10.5v-3.5a3.5 3.5 0 0 1 7 0v3.5 M12 14.5v2.5',
  over: 'M9.5 7h-2.5a5 5 0 0 0 0 10h2.5 M14.5 7h2.5a5 5 0 0 1 0 10h-2.5 M4 20l16-16',
} as const;

export function pageIcon(icon: PageIcon): Html {
  return { markup: `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="${PATHS[icon]}"/></svg>` };
}

/** For a file of this type. */
export function iconOfType(type: string): PageIcon {
  const [family = ''] = type.toLowerCase().split('/');
  return BY_FAMILY[family] ?? 'file';
}

const BY_FAMILY: Readonly<Record<string, PageIcon>> = { image: 'picture', video: 'film', audio: 'sound' };
