/** The page of an upload request: who asks, for what, until when; a form for one file, which a script makes more of; and what the reader has delivered. */
import { sharedBy } from '../landing/shared-by.ts';
import { type Html, html } from '../pages/html.ts';
import { type Language, sizeText, timeText } from '../pages/language.ts';
import { pageReply } from '../pages/page.ts';
import { type DeadRequest, type UploadWords, uploadWordsIn } from '../pages/upload-words.ts';
import type { Reply } from '../pipeline.ts';
import type { Taken } from './counts.ts';
import type { OwnFile } from './deliveries.ts';
import type { SignedForm } from './form-upload.ts';
import type { UploadRequest } from './model.ts';
import { UPLOAD_SCRIPT_PATH } from './upload-scripts.ts';

export type UploadPage = {
  readonly request: UploadRequest;
  readonly left: Partial<Taken>;
  readonly endsAt: number;
  /** `undefined` where a guardrail refuses forms. */
  readonly form: SignedForm | undefined;
  readonly objectOrigin: string;
  readonly files: readonly OwnFile[];
  /** Whether the reader comes from having sent a form. */
  readonly isReceived: boolean;
  /** The page's own path. */
  readonly path: string;
  readonly language: Language;
  readonly headers?: readonly string[];
};

export function uploadPage(page: UploadPage): Reply {
  const { request, files, language, path, objectOrigin, headers } = page;
  const words = uploadWordsIn(language);
  const { terms, note } = request;
  const body = html`<h1>${words.title}</h1>
${page.isReceived ? html`<p class="good" role="status">${words.received} ${words.told}</p>` : undefined}
<dl>
${facts(page, words)}
</dl>
${note === undefined ? undefined : html`<blockquote>${note}</blockquote>`}
<div id="uploader" hidden data-path="${path}" data-language="${language}" data-accept="${terms.contentTypes?.join(',') ?? ''}" data-words="${JSON.stringify({ ...words.script, problems: words.problems })}"></div>
${plainForm(page, words)}
${receipt(files, words, language)}
<p class="quiet">${words.told}</p>`;
  return pageReply({
    status: 200,
    language,
    title: words.title,
    body,
    icon: 'tray',
    objectOrigins: objectOrigin,
    script: UPLOAD_SCRIPT_PATH,
    style: STYLE,
    headers,
  });
}

function facts({ request, left, endsAt, language }: UploadPage, words: UploadWords): Html {
  const { contentTypes, minSize, maxSize } = request.terms;
  const row = (name: string, value: string | undefined, id?: string): Html | undefined =>
    value === undefined ? undefined : html`<dt>${name}</dt><dd${id === undefined ? undefined : html` id="${id}"`}>${value}</dd>`;
  const size = (bytes: number | undefined) => (bytes === undefined ? undefined : sizeText(bytes, language));
  return html`${sharedBy(request, { sharedBy: words.askedBy })}<dt>${words.until}</dt><dd><time datetime="${new Date(endsAt).toISOString()}">${timeText(endsAt, language)}</time></dd>
${row(words.types, contentTypes?.join(', '))}${row(words.largest, size(maxSize))}${row(words.smallest, size(minSize === 0 ? undefined : minSize))}
${row(words.filesLeft, left.files === undefined ? undefined : String(left.files), 'files-left')}${row(words.bytesLeft, size(left.bytes), 'bytes-left')}`;
}

/** For browsers without scripts: straight to the S3 address, and back. */
function plainForm({ form, request }: UploadPage, words: UploadWords): Html | undefined {
  if (form === undefined) return undefined;
  const hidden = Object.entries(form.fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
  const types = request.terms.contentTypes;
  const accept = types === undefined ? undefined : html` accept="${types.join(',')}"`;
  return html`<form id="plain" method="post" enctype="multipart/form-data" action="${form.url}">
${hidden}
<label for="file">${words.chooseOne}</label>
<input id="file" name="file" type="file" required${accept}>
<p>${words.oneByOne}</p>
<button class="main">${words.send}</button>
</form>`;
}

function receipt(files: readonly OwnFile[], words: UploadWords, language: Language): Html {
  const rows = files.flatMap(({ delivery: { status, name, sizeBytes, deliveredAt = 0 } }) =>
    status !== 'delivered'
      ? []
      : [
          html`<tr><td>${name}<br><time datetime="${new Date(deliveredAt).toISOString()}">${timeText(deliveredAt, language)}</time></td><td class="size">${sizeText(sizeBytes, language)}</td></tr>`,
        ],
  );
  return html`<section id="receipt" aria-labelledby="yours"${rows.length === 0 ? html` hidden` : undefined}>
<h2 id="yours">${words.yours}</h2>
<table>
<thead><tr><th scope="col">${words.file}</th><th scope="col" class="size">${words.size}</th></tr></thead>
<tbody>
${rows}
</tbody>
</table>
<p class="quiet">${words.yoursOnly}</p>
</section>`;
}

export type ClosedPage = {
  readonly why: DeadRequest;
  readonly status: number;
  /** What the reader has delivered: the receipt stays. */
  readonly files?: readonly OwnFile[];
  readonly requestId: string;
  readonly language: Language;
  readonly headers?: readonly string[];
};

export function closedPage({ why, status, files = [], requestId, language, headers }: ClosedPage): Reply {
  const words = uploadWordsIn(language);
  const [title, text] = words.dead[why];
  const hasDelivered = files.some(({ delivery }) => delivery.status === 'delivered');
  const body = html`<h1>${title}</h1>
<p>${text}</p>
${hasDelivered ? receipt(files, words, language) : undefined}
<p class="quiet">${words.requestId}: ${requestId}</p>`;
  return pageReply({ status, language, title, body, icon: 'over', style: STYLE, headers });
}

export type UploadPasswordPage = {
  readonly path: string;
  readonly language: Language;
  readonly status: number;
  readonly problem?: 'wrongPassword' | 'tooManyTries' | undefined;
  readonly headers?: readonly string[] | undefined;
};

export function uploadPasswordPage({ path, language, problem, status, headers }: UploadPasswordPage): Reply {
  const words = uploadWordsIn(language);
  const error = problem === undefined ? undefined : html`<p class="error" id="problem" role="alert">${words[problem]}</p>`;
  const described = problem === undefined ? undefined : html` aria-describedby="problem" aria-invalid="true"`;
  const body = html`<h1>${words.asksForPassword}</h1>
${error}
<form method="post" action="${path}">
<label for="password">${words.password}</label>
<input id="password" name="password" type="password" autocomplete="off" maxlength="256" required${described}>
<button class="main">${words.unlock}</button>
</form>`;
  return pageReply({ status, language, title: words.asksForPassword, body, icon: 'lock', headers });
}

const STYLE = `
:root{--good:#0a6b3a}
@media(prefers-color-scheme:dark){:root{--good:#74cf9b}}
h2{font-size:1rem;margin:1.5rem 0 .5rem}
[hidden]{display:none!important}
#plain{display:block;margin:0 0 1.25rem}
.good{color:var(--good);font-weight:600}
.drop{display:block;border:1.5px dashed var(--edge);border-radius:.625rem;padding:1.5rem 1rem;text-align:center;margin:0 0 1.25rem}
.drop.over{border-color:var(--accent);background:var(--ground)}
.drop p{margin:0 0 .75rem}
.drop input{position:absolute;inline-size:1px;block-size:1px;opacity:0;padding:0;margin:0;border:0}
.drop label{margin:0}
.drop input:focus-visible+label{outline:3px solid var(--accent);outline-offset:2px}
.overall{margin:0 0 1rem}
progress{display:block;inline-size:100%;block-size:.5rem;accent-color:var(--accent);margin:.25rem 0}
.files{list-style:none;margin:0 0 1rem;padding:0}
.files li{padding:.75rem 0;border-block-end:1px solid var(--line)}
.row{display:flex;gap:.75rem;justify-content:space-between;align-items:baseline}
.row .name{overflow-wrap:anywhere;min-inline-size:0}
.row .size{white-space:nowrap;color:var(--quiet);font-variant-numeric:tabular-nums}
.state{margin:0;font-size:.875rem;color:var(--quiet);font-variant-numeric:tabular-nums}
.state.good{color:var(--good)}.state.error{color:var(--warn)}
.actions{display:flex;flex-wrap:wrap;gap:.5rem;margin:.25rem 0 0}
.actions button,.overall button{min-block-size:2.75rem;padding:.4rem .9rem;background:none;color:var(--accent);border:1px solid var(--line)}
#receipt td time{font-size:.875rem;color:var(--quiet)}
.news span{display:block}
`;
