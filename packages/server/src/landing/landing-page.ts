/** The page of a link: what it is for, until when, and one button; or a field for its password. */
import type { Link } from '../links/model.ts';
import { type Html, html } from '../pages/html.ts';
import { type Language, sizeText, timeText } from '../pages/language.ts';
import { pageReply } from '../pages/page.ts';
import { iconOfType } from '../pages/page-icon.ts';
import { type Words, wordsIn } from '../pages/words.ts';
import type { Reply } from '../pipeline.ts';
import { fileName, type InnerUrl } from './inner-url.ts';
import type { LandingState } from './landing-state.ts';
import { PLAYER_PATH } from './player.ts';
import { sharedBy } from './shared-by.ts';

export type OpenPage = {
  readonly link: Link;
  readonly state: Extract<LandingState, { kind: 'open' }>;
  /** The page's own path. */
  readonly path: string;
  readonly language: Language;
  /** To show the object in place; its use would be counted otherwise. */
  readonly preview: InnerUrl | undefined;
  /** Of a film or a recording. */
  readonly captions: InnerUrl | undefined;
  readonly objectOrigins: string;
  readonly now: number;
};

export function openPage({ link, state, path, language, preview, captions, objectOrigins, now }: OpenPage): Reply {
  const words = wordsIn(language);
  const name = fileName(link);
  const shown = preview && previewOf(state.type, { preview, name, renew: `${path}/url`, now, captions, words });
  const title = name;
  const body = html`<h1>${name}</h1>
<dl>
<dt>${words.size}</dt><dd>${sizeText(state.sizeBytes, language)}</dd>
<dt>${words.type}</dt><dd>${state.type}</dd>
${sharedBy(link, words)}<dt>${words.until}</dt><dd><time datetime="${new Date(state.endsAt).toISOString()}">${timeText(state.endsAt, language)}</time></dd>
${state.usesLeft === undefined ? undefined : html`<dt>${words.usesLeft}</dt><dd>${state.usesLeft}</dd>`}
</dl>
${link.note === undefined ? undefined : html`<blockquote>${link.note}</blockquote>`}
${shown?.markup}
${button(link, path, words)}
${state.usesLeft === undefined ? undefined : html`<p class="quiet">${words.onlyOnce}</p>`}`;
  const icon = shown === undefined ? iconOfType(state.type) : undefined;
  const script = shown?.isPlayer === true ? PLAYER_PATH : undefined;
  return pageReply({ status: 200, language, title, body, icon, objectOrigins, script });
}

/** What is counted is only ever begun by POST: robots that look at every address send none. */
function button({ terms }: Link, path: string, words: Words): Html {
  const label = terms.disposition === 'inline' ? words.open : words.download;
  if (terms.maxUses === undefined) return html`<a class="button main" href="${path}?download">${label}</a>`;
  return html`<form method="post" action="${path}"><button class="main" name="action" value="download">${label}</button></form>`;
}

type Previewed = {
  readonly preview: InnerUrl;
  readonly name: string;
  readonly renew: string;
  readonly now: number;
  readonly captions: InnerUrl | undefined;
  readonly words: Words;
};
type Shown = { readonly markup: Html; readonly isPlayer: boolean };

/** A film, or a recording. */
export const isPlayed = (type: string): boolean => /^(video|audio)\//i.test(type);

/** Only what browsers show without running it; never SVG or HTML. */
function previewOf(type: string, { preview, name, renew, now, captions, words }: Previewed): Shown | undefined {
  const [plain = ''] = type.toLowerCase().split(';');
  if (PICTURES.has(plain)) return { markup: html`<img src="${preview.url}" alt="${name}">`, isPlayer: false };
  const seconds = Math.floor((preview.expiresAt - now) / 1000);
  const texts = captions && html` data-captions="${captions.url}" data-label="${words.captions}"`;
  const data = html`src="${preview.url}" data-renew="${renew}" data-seconds="${seconds}"${texts}`;
  if (plain.startsWith('video/'))
    return { markup: html`<video controls preload="metadata" ${data} aria-label="${name}"></video>`, isPlayer: true };
  if (plain.startsWith('audio/'))
    return { markup: html`<audio controls preload="metadata" ${data} aria-label="${name}"></audio>`, isPlayer: true };
  return undefined;
}

const PICTURES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);

/** Nothing about the object, not even its name. */
export function passwordPage({ path, language, problem, status, headers }: PasswordPage): Reply {
  const words = wordsIn(language);
  const title = words.asksForPassword;
  const error = problem === undefined ? undefined : html`<p class="error" id="problem" role="alert">${words[problem]}</p>`;
  const described = problem === undefined ? undefined : html` aria-describedby="problem" aria-invalid="true"`;
  const body = html`<h1>${title}</h1>
${error}
<form method="post" action="${path}">
<label for="password">${words.password}</label>
<input id="password" name="password" type="password" autocomplete="off" maxlength="256" required${described}>
<button class="main">${words.unlock}</button>
</form>`;
  return pageReply({ status, language, title, body, icon: 'lock', headers });
}

type PasswordPage = {
  readonly path: string;
  readonly language: Language;
  readonly status: number;
  readonly problem?: 'wrongPassword' | 'tooManyTries' | undefined;
  readonly headers?: readonly string[] | undefined;
};
