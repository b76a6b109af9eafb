/** A page for people without an account: no script needed, nothing from elsewhere, nothing kept. */
import { createHash } from 'node:crypto';
import type { Reply } from '../pipeline.ts';
import { type Html, html } from './html.ts';
import type { Language } from './language.ts';
import { type PageIcon, pageIcon } from './page-icon.ts';

export type Page = {
  readonly status: number;
  readonly language: Language;
  readonly title: string;
  readonly body: Html;
  readonly icon?: PageIcon | undefined;
  /** For tables. */
  readonly isWide?: boolean | undefined;
  /** Whose pictures and films the page shows, and where its forms may lead: the S3 address, and where that may redirect to, with blanks between. */
  readonly objectOrigins?: string | undefined;
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
<main${page.isWide === true ? html` class="wide"` : undefined}>
${page.icon && pageIcon(page.icon)}
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
function policyOf({ objectOrigins, script, style }: Page): readonly string[] {
  const objects = objectOrigins === undefined ? '' : ` ${objectOrigins}`;
  const rules = [
    "default-src 'none'",
    `style-src '${STYLE_HASH}'${style === undefined ? '' : ` '${hashOf(style)}'`}`,
    `img-src data:${objects}`,
    ...(objectOrigins === undefined ? [] : [`media-src${objects}${script === undefined ? '' : ' blob:'}`]),
    ...(script === undefined ? [] : ["script-src 'self'", `connect-src 'self'${objects}`]),
    `form-action 'self'${objects}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return ['Content-Security-Policy', rules.join('; ')];
}

/** The colours are the console's, in the words that every browser knows. */
const STYLE = `
:root{color-scheme:light dark;--ink:#172124;--paper:#fcfefe;--ground:#f0f4f5;--quiet:#536065;--line:#dbe1e2;--edge:#7f8c8f;--accent:#007277;--on-accent:#fdfdfd;--wash:#dcf4f5;--warn:#ba2b28}
@media(prefers-color-scheme:dark){:root{--ink:#e4e9ea;--paper:#161e21;--ground:#0f1619;--quiet:#9eaaad;--line:#293235;--edge:#69777c;--accent:#5dcbd1;--on-accent:#071416;--wash:#143034;--warn:#f7857d}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-inline-size:30rem;margin:0 auto;padding:1.5rem 1rem;background:var(--paper);min-block-size:100vh}
main.wide{max-inline-size:40rem}
@media(min-width:40rem){main{margin-block:8vh 3rem;min-block-size:0;border:1px solid var(--line);border-radius:.625rem;padding:2rem}}
.icon{display:block;inline-size:3rem;block-size:3rem;padding:.625rem;margin:0 0 1rem;border-radius:.625rem;background:var(--wash);fill:none;stroke:var(--accent);stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}
h1{font-size:1.25rem;line-height:1.35;font-weight:600;margin:0 0 1rem;overflow-wrap:anywhere}
p{margin:0 0 1rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.5rem;margin:0 0 1.5rem;font-size:.9375rem;font-variant-numeric:tabular-nums}
dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}
blockquote{margin:0 0 1.5rem;padding:.75rem 1rem;border-radius:.375rem;background:var(--ground);white-space:pre-line;overflow-wrap:anywhere}
label{display:block;margin-block-end:.25rem;font-weight:600;font-size:.9375rem}
input{font:inherit;inline-size:100%;padding:.6rem .75rem;color:inherit;background:var(--paper);border:1px solid var(--edge);border-radius:.375rem;margin-block-end:1rem}
button,.button{display:inline-block;font:inherit;font-weight:600;text-align:center;padding:.7rem 1.5rem;border:0;border-radius:.375rem;background:var(--accent);color:var(--on-accent);text-decoration:none;cursor:pointer;min-block-size:2.75rem}
.main{display:block;inline-size:100%}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
img,video,audio{display:block;max-inline-size:100%;max-block-size:60vh;margin:0 auto 1.5rem;border-radius:.375rem}
audio{inline-size:100%}
table{inline-size:100%;border-collapse:collapse;margin:0 0 1.5rem;font-size:.9375rem}
th,td{text-align:start;padding:.5rem 0;border-block-end:1px solid var(--line);overflow-wrap:anywhere;font-weight:inherit}
th{color:var(--quiet)}
.size{text-align:end;white-space:nowrap;padding-inline-start:1rem;font-variant-numeric:tabular-nums}
a:not(.button){color:var(--accent)}
form{display:inline}
.error{color:var(--warn);font-weight:600}
.quiet{color:var(--quiet);font-size:.875rem;margin:1.5rem 0 0;overflow-wrap:anywhere}
`;

const STYLE_HASH = hashOf(STYLE);

function hashOf(style: string): string {
  return `sha256-${createHash('sha256').update(style).digest('base64')}`;
}
