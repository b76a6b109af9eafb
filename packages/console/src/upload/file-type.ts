/** What a file is stored as: what the browser says, or what its name says where the browser does not know. */
export function fileType({ name, type }: Pick<File, 'name' | 'type'>): string {
  // Browsers know too little of some, and HTTP wants ASCII.
  if (type !== '' && /^[\x20-\x7e]+$/.test(type)) return type;
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return TYPES[ending] ?? 'application/octet-stream';
}

const TYPES: Readonly<Record<string, string>> = {
  avif: 'image/avif',
  csv: 'text/csv',
  flac: 'audio/flac',
  json: 'application/json',
  log: 'text/plain',
  md: 'text/markdown',
  mkv: 'video/x-matroska',
  mov: 'video/quicktime',
  parquet: 'application/vnd.apache.parquet',
  toml: 'application/toml',
  ts: 'text/plain',
  tsv: 'text/tab-separated-values',
  vtt: 'text/vtt',
  yaml: 'application/yaml',
  yml: 'application/yaml',
};
