/** One set of strokes at 16 px. An icon never stands alone: a word is beside it, or its button has a name. */

const PATHS = {
  archive: 'M2 3h12v3H2zM3 6v7h10V6M6.5 8.5h3',
  audio: 'M6 12.5V3l7-1v9.5M6 12.5a2 2 0 1 1-2-2 2 2 0 0 1 2 2ZM13 11.5a2 2 0 1 1-2-2 2 2 0 0 1 2 2Z',
  back: 'M13 8H3M7 4 3 8l4 4',
  bucket: 'M2.5 4.5c0-1.1 2.5-2 5.5-2s5.5.9 5.5 2-2.5 2-5.5 2-5.5-.9-5.5-2ZM2.5 4.5 4 12.5c.3.8 2 1.2 4 1.2s3.7-.4 4-1.2l1.5-8',
  check: 'm3 8.5 3.2 3.2L13 5',
  chevron: 'm6 4 4 4-4 4',
  down: 'm4 6 4 4 4-4',
  close: 'm4 4 8 8M12 4l-8 8',
  code: 'm5.5 5-3 3 3 3M10.5 5l3 3-3 3',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  danger: 'M8 2 1.5 13.5h13zM8 6.5v3M8 11.6v.1',
  download: 'M8 2.5v8M4.5 7.5 8 11l3.5-3.5M2.5 13.5h11',
  edit: 'M3 13h2.5l7.3-7.3-2.5-2.5L3 10.5zM9 4.5 11.5 7',
  eye: 'M1.5 8s2.3-4.5 6.5-4.5S14.5 8 14.5 8 12.2 12.5 8 12.5 1.5 8 1.5 8ZM10 8a2 2 0 1 1-4 0 2 2 0 0 1 4 0Z',
  file: 'M3.5 1.5h6l3 3v10h-9zM9.5 1.5v3h3',
  filter: 'M2 3.5h12M4 8h8M6.5 12.5h3',
  folder: 'M1.5 3.5h5l1.5 2h6.5v8h-13z',
  globe:
    'M14.5 8a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0ZM1.5 8h13M8 1.5c2 2 2.5 4 2.5 6.5S10 12.5 8 14.5C6 12.5 5.5 10.5 5.5 8S6 3.5 8 1.5Z',
  image: 'M2 2.5h12v11H2zM2 11l3.5-3.5L9 11l2-2 3 3M11 6a.8.8 0 1 1-1.6 0A.8.8 0 0 1 11 6Z',
  info: 'M14.5 8a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0ZM8 7.5V11M8 5v.1',
  key: 'M9 5.5a3 3 0 1 1-6 0 3 3 0 0 1 6 0ZM8.2 7.7 13.5 13M11 10.5l1.5-1.5',
  keyboard: 'M1.5 4h13v8.5h-13zM4 7h.1M6.7 7h.1M9.3 7h.1M12 7h.1M5 10h6',
  link: 'M6.5 9.5a2.8 2.8 0 0 0 4 0l2.4-2.4a2.8 2.8 0 0 0-4-4L7.8 4.2M9.5 6.5a2.8 2.8 0 0 0-4 0L3.1 8.9a2.8 2.8 0 0 0 4 4l1.1-1.1',
  list: 'M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.1M2.5 8h.1M2.5 12h.1',
  menu: 'M2 4h12M2 8h12M2 12h12',
  minus: 'M3 8h10',
  more: 'M3.5 8h.1M8 8h.1M12.5 8h.1',
  move: 'M1.5 4.5h4l1.5 2h7.5v7h-13zM5.5 10h5M8.5 8l2 2-2 2',
  open: 'M9.5 2.5h4v4M13.5 2.5 7.5 8.5M11.5 9.5v4h-9v-9h4',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  people:
    'M8.5 5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0ZM1.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M10.5 2.8a2.5 2.5 0 0 1 0 4.4M12 10c1.5.5 2.5 1.7 2.5 3.5',
  play: 'M4.5 3v10l8-5z',
  plus: 'M8 3v10M3 8h10',
  policy: 'M8 1.5 2.5 3.5V8c0 3.5 2.5 5.5 5.5 6.5 3-1 5.5-3 5.5-6.5V3.5zM5.5 8l2 2 3-3.5',
  refresh: 'M13.5 8a5.5 5.5 0 1 1-1.8-4.1M13.5 1.5v3.3h-3.3',
  request: 'M8 10.5v-8M4.5 6 8 2.5 11.5 6M2.5 10v3.5h11V10',
  search: 'M11.5 7a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0ZM10.3 10.3l3.2 3.2',
  settings: 'M2 4.5h6M12 4.5h2M2 11.5h2M8 11.5h6M12 4.5a2 2 0 1 1-4 0 2 2 0 0 1 4 0ZM8 11.5a2 2 0 1 1-4 0 2 2 0 0 1 4 0Z',
  share: 'M8 9.5v-7M5 5l3-3 3 3M4 7.5H2.5v6h11v-6H12',
  tag: 'M2 2.5h5.5l6 6-5.5 5.5-6-6zM5 5.5h.1',
  trash: 'M2.5 4h11M6 4V2.5h4V4M4 4l.7 9.5h6.6L12 4M6.7 6.5v4.5M9.3 6.5v4.5',
  upload: 'M8 11V3M4.5 6.5 8 3l3.5 3.5M2.5 13.5h11',
  user: 'M10.5 5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0ZM3 14c0-2.8 2.2-4.5 5-4.5s5 1.7 5 4.5',
  video: 'M1.5 3.5h9v9h-9zM10.5 7l4-2.5v7l-4-2.5',
} as const;

export type IconName = keyof typeof PATHS;

/** `isDirected`: points along the line of text, and is turned where that runs from the right. */
export function Icon({ name, isDirected = false }: { readonly name: IconName; readonly isDirected?: boolean }) {
  return (
    <svg class={isDirected ? 'icon directed' : 'icon'} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
