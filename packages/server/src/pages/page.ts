/** A page for people without an account: no script needed, nothing from elsewhere, nothing kept. */
import { createHash } from 'node:crypto';
import type { Reply } from '../pipeline.ts';
import { type Html, html } from './html.ts';
import type { Language } from './language.ts';

export type Page = {
  readonly status: number;
  readonly language: Language;
  readonly title: string;
  readonly body: Html;
  /** Origins whose pictures and films the page shows, and to which its forms may lead: the S3 address. */
  readonly objectOrigin?: string | undefined;
  /** The path of a script of ours. */
  readonly script?: string | undefined;
  /** Rules besides those of all pages. */
  readonly style?: string | undefined;
  /** Further headers, names and values in turn. */
  readonly headers?: readonly string[] | undefined;
};

const encoder = new TextEncoder();

export function pageReply(page: Page): Reply {
  const { language, title, body, script } = page;
  const { markup } = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${{ markup: STYLE }}</style>${
    page.style === undefined
      ? undefined
      : html`
<style>${{ markup: page.style }}</style>`
  }${
    script === undefined
      ? undefined
      : html`
<script type="module" src="${script}"></script>`
  }
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
  return { status: page.status, headers: [...HEADERS, ...policyOf(page), ...(page.headers ?? [])], body: encoder.encode(markup) };
}

const HEADERS = [
  'Content-Type',
  'text/html; charset=utf-8',
  'Cache-Control',
  'no-store',
  'Referrer-Policy',
  'no-referrer',
  'X-Content-Type-Options',
  'nosniff',
  'X-Robots-Tag',
  'noindex, nofollow',
  'Cross-Origin-Opener-Policy',
  'same-origin',
  'Vary',
  'Accept, Accept-Language, Cookie',
] as const;

/** Of forms, browsers hold where they are redirected to against the policy, too. */
function policyOf({ objectOrigin, script, style }: Page): readonly string[] {
  const objects = objectOrigin === undefined ? '' : ` ${objectOrigin}`;
  const rules = [
    "default-src 'none'",
    `style-src '${STYLE_HASH}'${style === undefined ? '' : ` '${hashOf(style)}'`}`,
    `img-src data:${objects}`,
    ...(objectOrigin === undefined ? [] : [`media-src${objects}${script === undefined ? '' : ' blob:'}`]),
    ...(script === undefined ? [] : ["script-src 'self'", `connect-src 'self'${objects}`]),
    `form-action 'self'${objects}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return ['Content-Security-Policy', rules.join('; ')];
}

const STYLE = `
:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--ground:#eef1f4;--quiet:#4d5661;--line:#c9d0d8;--accent:#0b57d0;--on-accent:#fff;--warn:#a1260d}
@media(prefers-color-scheme:dark){:root{--ink:#e8ebee;--paper:#1c2127;--ground:#121519;--quiet:#a9b2bc;--line:#3b434d;--accent:#a8c7fa;--on-accent:#062e6f;--warn:#ffb4a3}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{max-inline-size:36rem;margin:0 auto;padding:1.5rem;background:var(--paper);min-block-size:100vh}
@media(min-width:40rem){main{margin-block:3rem;min-block-size:0;border:1px solid var(--line);border-radius:.75rem;padding:2rem}}
h1{font-size:1.375rem;line-height:1.3;margin:0 0 1rem;overflow-wrap:anywhere}
p{margin:0 0 1rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:0 0 1.25rem}
dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}
blockquote{margin:0 0 1.25rem;padding-inline-start:1rem;border-inline-start:.25rem solid var(--line);white-space:pre-line;overflow-wrap:anywhere}
label{display:block;margin-block-end:.25rem}
input{font:inherit;inline-size:100%;padding:.6rem .75rem;color:inherit;background:var(--paper);border:1px solid var(--quiet);border-radius:.5rem;margin-block-end:1rem}
button,.button{display:inline-block;font:inherit;font-weight:600;padding:.7rem 1.5rem;border:0;border-radius:.5rem;background:var(--accent);color:var(--on-accent);text-decoration:none;cursor:pointer;min-block-size:2.75rem}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
img,video,audio{display:block;max-inline-size:100%;max-block-size:60vh;margin:0 0 1.25rem;border-radius:.5rem}
audio{inline-size:100%}
table{inline-size:100%;border-collapse:collapse;margin:0 0 1.25rem}
th,td{text-align:start;padding:.4rem 0;border-block-end:1px solid var(--line);overflow-wrap:anywhere;font-weight:inherit}
th{color:var(--quiet)}
.size{text-align:end;white-space:nowrap;padding-inline-start:1rem}
a:not(.button){color:var(--accent)}
form{display:inline}
.error{color:var(--warn);font-weight:600}
.quiet{color:var(--quiet);font-size:.875rem;margin:1.5rem 0 0;overflow-wrap:anywhere}
`;

const STYLE_HASH = hashOf(STYLE);

function hashOf(style: string): string {
  return `sha256-${createHash('sha256').update(style).digest('base64')}`;
}
