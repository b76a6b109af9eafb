/** Lines to copy: what a link is in a shell, in a web page. */

type SnippetName = 'curl' | 'wget' | 'html' | 'media' | 'form' | 'fetch';

export type Snippet = { readonly name: SnippetName; readonly text: string };

/** A link as it was made, as far as its use goes. */
export type UsableLink = {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly fields?: Readonly<Record<string, string>> | undefined;
  /** Whether `url` is that of a page for people. */
  readonly isPage: boolean;
  readonly hasPassword: boolean;
  /** What the file is saved as, or read from. */
  readonly fileName: string;
  readonly contentType?: string | undefined;
};

export function snippetsOf(link: UsableLink): readonly Snippet[] {
  switch (link.method) {
    case 'GET':
      return link.isPage ? pageSnippets(link) : downloadSnippets(link);
    case 'PUT':
      return uploadSnippets(link);
    case 'POST':
      return formSnippets(link);
  }
}

function downloadSnippets({ url, fileName, contentType }: UsableLink): readonly Snippet[] {
  const media = MEDIA[mediaKind({ contentType, fileName }) ?? ''];
  return [
    { name: 'curl', text: `curl --fail --location --output ${shellWord(fileName)} ${shellWord(url)}` },
    { name: 'wget', text: `wget --output-document ${shellWord(fileName)} ${shellWord(url)}` },
    { name: 'html', text: `<a href="${htmlText(url)}" download>${htmlText(fileName)}</a>` },
    ...(media === undefined ? [] : [{ name: 'media' as const, text: media(htmlText(url), htmlText(fileName)) }]),
  ];
}

/** By its type where that is known, else by what its name ends in. */
export function mediaKind({
  contentType,
  fileName,
}: Pick<UsableLink, 'contentType' | 'fileName'>): 'video' | 'audio' | 'image' | undefined {
  const type = contentType?.split('/', 1)[0];
  if (type === 'video' || type === 'audio' || type === 'image') return type;
  const ending = /\.([a-z0-9]+)$/i.exec(fileName)?.[1]?.toLowerCase() ?? '';
  return ENDINGS.video.includes(ending)
    ? 'video'
    : ENDINGS.audio.includes(ending)
      ? 'audio'
      : ENDINGS.image.includes(ending)
        ? 'image'
        : undefined;
}

const ENDINGS: Readonly<Record<'video' | 'audio' | 'image', readonly string[]>> = {
  video: ['mp4', 'm4v', 'webm', 'mov', 'ogv'],
  audio: ['mp3', 'm4a', 'ogg', 'opus', 'wav', 'flac', 'aac'],
  image: ['png', 'jpg', 'jpeg', 'gif', 'webp', 'avif', 'svg'],
};

const MEDIA: Readonly<Record<string, (url: string, name: string) => string>> = {
  video: (url) => `<video controls preload="metadata" src="${url}"></video>`,
  audio: (url) => `<audio controls preload="metadata" src="${url}"></audio>`,
  image: (url, name) => `<img src="${url}" alt="${name}" />`,
};

/** The page's button is a form: nothing but a POST counts. */
function pageSnippets({ url, fileName, hasPassword }: UsableLink): readonly Snippet[] {
  const password = hasPassword ? ` --data-urlencode ${shellWord('password=…')}` : '';
  const posted = hasPassword ? 'action=download&password=…' : 'action=download';
  return [
    {
      name: 'curl',
      text: `curl --fail --location --output ${shellWord(fileName)} --data action=download${password} ${shellWord(url)}`,
    },
    { name: 'wget', text: `wget --output-document ${shellWord(fileName)} --post-data ${shellWord(posted)} ${shellWord(url)}` },
    { name: 'html', text: `<a href="${htmlText(url)}">${htmlText(fileName)}</a>` },
  ];
}

function uploadSnippets({ url, headers = {}, fileName }: UsableLink): readonly Snippet[] {
  const sent = Object.entries(headers);
  const flags = sent.map(([name, value]) => ` --header ${shellWord(`${name}: ${value}`)}`).join('');
  const members = sent.length === 0 ? '' : `, headers: ${JSON.stringify(headers)}`;
  return [
    { name: 'curl', text: `curl --fail --upload-file ${shellWord(fileName)}${flags} ${shellWord(url)}` },
    { name: 'fetch', text: `await fetch(${JSON.stringify(url)}, { method: 'PUT', body: file${members} });` },
  ];
}

/** The file comes last: what stands behind it is not read. */
function formSnippets({ url, fields = {}, fileName }: UsableLink): readonly Snippet[] {
  const entries = Object.entries(fields);
  const inputs = entries.map(([name, value]) => `  <input type="hidden" name="${htmlText(name)}" value="${htmlText(value)}" />`);
  const flags = entries.map(([name, value]) => ` --form-string ${shellWord(`${name}=${value}`)}`).join('');
  return [
    {
      name: 'form',
      text: [
        `<form action="${htmlText(url)}" method="post" enctype="multipart/form-data">`,
        ...inputs,
        '  <input type="file" name="file" required />',
        '  <button>Upload</button>',
        '</form>',
      ].join('\n'),
    },
    { name: 'curl', text: `curl --fail${flags} --form ${shellWord(`file=@"${fileName.replace(/["\\]/g, '\\$&')}"`)} ${shellWord(url)}` },
  ];
}

/** One word of a POSIX shell, whatever is in it. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

export function htmlText(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }[character]};`);
}
