import type { Words } from '../words.ts';

export const search: Words['search'] = {
  title: 'Suchen',
  titleIn: (bucket) => `In ${bucket} und überall suchen`,
  placeholder: 'Objekte, Links, Seiten suchen …',
  placeholderIn: 'Anfang eines Namens, ein Bucket, ein Link, eine Seite …',
  results: 'Gefunden',
  pages: 'Seiten',
  count: (count, text) => (count === 1 ? '1 gefunden.' : `${text} gefunden.`),
  nothing: 'Nichts gefunden. Objekte findet man am Anfang ihres Namens, Links an ihrer Bezeichnung.',
  partly: (why) => `Nicht alles konnte durchsucht werden: ${why}`,
  shortcut: 'Alles durchsuchen',
};
