/** The page of a folder's link: what is in it, each file for itself where nothing is counted, and all of it as one archive. */
import { sharedPrefix } from '../links/link-keys.ts';
import type { Link } from '../links/model.ts';
import { type Html, html } from '../pages/html.ts';
import { type Language, sizeText, timeText } from '../pages/language.ts';
import { pageReply } from '../pages/page.ts';
import { type Words, wordsIn } from '../pages/words.ts';
import type { Reply } from '../pipeline.ts';
import type { FolderPage } from './folder.ts';
import { fileName } from './inner-url.ts';
import { sharedBy } from './shared-by.ts';

export type FolderView = {
  readonly link: Link;
  readonly folder: FolderPage;
  readonly usesLeft: number | undefined;
  readonly endsAt: number;
  /** The page's own path. */
  readonly path: string;
  readonly language: Language;
  readonly objectOrigins: string;
};

/** Browsers would walk up such a path before they ask: what is called so is in the archive, under a name that is safe. */
const DOTS = /(?:^|\/)\.{1,2}(?:\/|$)/;

export function folderView({ link, folder, usesLeft, endsAt, path, language, objectOrigins }: FolderView): Reply {
  const words = wordsIn(language);
  const title = fileName(link) || words.folder;
  const isCounted = usesLeft !== undefined;
  const { files, next } = folder;
  const base = (sharedPrefix(link) ?? '').lastIndexOf('/') + 1;
  const row = ({ key, sizeBytes }: FolderPage['files'][number]): Html => {
    const name = key.slice(base);
    const isAlone = !isCounted && !key.endsWith('/') && !DOTS.test(key);
    const shown = !isAlone ? html`${name}` : html`<a href="${path}?file=${encodeURIComponent(key)}">${name}</a>`;
    return html`<tr><td>${shown}</td><td class="size">${sizeText(sizeBytes, language)}</td></tr>`;
  };
  const body = html`<h1>${title}</h1>
<dl>
${sharedBy(link, words)}<dt>${words.until}</dt><dd><time datetime="${new Date(endsAt).toISOString()}">${timeText(endsAt, language)}</time></dd>
${isCounted ? html`<dt>${words.usesLeft}</dt><dd>${usesLeft}</dd>` : undefined}
</dl>
${link.note === undefined ? undefined : html`<blockquote>${link.note}</blockquote>`}
<p>${archiveButton(isCounted, path, words)}</p>
<table>
<thead><tr><th scope="col">${words.file}</th><th scope="col" class="size">${words.size}</th></tr></thead>
<tbody>
${files.map(row)}
</tbody>
</table>
${next === undefined ? undefined : html`<p><a href="${path}?after=${encodeURIComponent(next)}" rel="next">${words.more}</a></p>`}
${isCounted ? html`<p class="quiet">${words.onlyOnce}</p>` : undefined}`;
  return pageReply({ status: 200, language, title, body, icon: 'folder', isWide: true, objectOrigins });
}

function archiveButton(isCounted: boolean, path: string, words: Words): Html {
  if (!isCounted) return html`<a class="button main" href="${path}?download">${words.downloadAll}</a>`;
  return html`<form method="post" action="${path}"><button class="main" name="action" value="download">${words.downloadAll}</button></form>`;
}
