/** The search over everything. */
export const search = {
  title: 'Search',
  titleIn: (bucket: string) => `Search in ${bucket} and everywhere`,
  placeholder: 'Search objects, links, pages…',
  placeholderIn: 'Beginning of a name, a bucket, a link, a page…',
  results: 'Found',
  pages: 'Pages',
  count: (count: number, text: string) => (count === 1 ? '1 found.' : `${text} found.`),
  nothing: 'Nothing found. Objects are found by the beginning of their name, links by their label.',
  partly: (why: string) => `Not everything could be searched: ${why}`,
  shortcut: 'Search everything',
} as const;
