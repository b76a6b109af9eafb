/**
 * The console's pages: static files that were built before, held in memory, because there are few and they are small.
 *
 *     /assets/NAME-HASH.js     never changes: kept by browsers for a year
 *     every other page         index.html, which is told where the S3 address is, and kept by nobody
 */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { headerValue } from './headers.ts';
import type { Handler } from './http.ts';
import type { Incoming, Reply } from './pipeline.ts';

export type ConsolePagesOptions = {
  /** With `index.html` and `assets/`, as `npm run build` leaves it. */
  readonly folder: string;
  readonly version: string;
  readonly region: string;
  /** The S3 address as the browser that asks would reach it. */
  readonly endpoint: (incoming: Incoming) => string;
  /** Where the S3 address may redirect to, as a Content-Security-Policy names it. */
  readonly directSources: string | undefined;
  /** The name of the identity provider, where there is one. */
  readonly signInWith: string | undefined;
};

/** Answers GET and HEAD. Throws where the folder does not hold what was built. */
export function consolePages({ folder, version, region, endpoint, directSources, signInWith }: ConsolePagesOptions): Handler {
  const assets = readAssets(join(folder, 'assets'));
  const template = readFileSync(join(folder, 'index.html'), 'utf8');
  return async (incoming) => {
    if (incoming.method !== 'GET' && incoming.method !== 'HEAD') return plain(405, 'This is a page: it is read.', ['Allow', 'GET, HEAD']);
    const [path = ''] = incoming.rawTarget.split('?', 1);
    if (path.startsWith('/assets/')) return assetReply(assets.get(path.slice('/assets/'.length)), incoming);
    // What browsers and robots look for by themselves is no screen.
    if (/^\/[^/]*\.[^/]*$/.test(path)) return plain(404, 'There is nothing here.');
    return indexReply(template, { version, region, endpoint: endpoint(incoming), signInWith }, directSources);
  };
}

type Asset = {
  readonly type: string;
  readonly plain: Uint8Array;
  readonly gzip: Uint8Array | undefined;
  readonly brotli: Uint8Array | undefined;
};

function readAssets(folder: string): ReadonlyMap<string, Asset> {
  const names = readdirSync(folder);
  const compressed = (name: string) => (names.includes(name) ? readFileSync(join(folder, name)) : undefined);
  return new Map(
    names.flatMap((name) => {
      const type = TYPES[extname(name)];
      if (type === undefined) return [];
      const plain = readFileSync(join(folder, name));
      return [[name, { type, plain, gzip: compressed(`${name}.gz`), brotli: compressed(`${name}.br`) }] as const];
    }),
  );
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

function assetReply(asset: Asset | undefined, { headers }: Incoming): Reply {
  if (asset === undefined) return plain(404, 'There is nothing here.');
  const accepted = headerValue(headers, 'accept-encoding') ?? '';
  const [encoding, body] = encodedAs(asset, accepted);
  return {
    status: 200,
    headers: [
      ...['Content-Type', asset.type, 'Cache-Control', 'public, max-age=31536000, immutable', 'Vary', 'Accept-Encoding'],
      ...(encoding === undefined ? [] : ['Content-Encoding', encoding]),
      // A drawing that is opened by itself must not be able to do more than be seen.
      ...['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'", ...SAFE],
    ],
    body,
  };
}

function encodedAs({ plain, gzip, brotli }: Asset, accepted: string): readonly [encoding: string | undefined, body: Uint8Array] {
  if (brotli !== undefined && /\bbr\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(accepted)) return ['br', brotli];
  if (gzip !== undefined && /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(accepted)) return ['gzip', gzip];
  return [undefined, plain];
}

const encoder = new TextEncoder();

type ShownSite = Pick<ConsolePagesOptions, 'version' | 'region' | 'signInWith'> & { readonly endpoint: string };

function indexReply(template: string, site: ShownSite, directSources = ''): Reply {
  const content = JSON.stringify(site).replace(/[&"<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  return {
    status: 200,
    headers: [
      ...['Content-Type', 'text/html; charset=utf-8', 'Cache-Control', 'no-store', 'Vary', 'Host'],
      ...['Content-Security-Policy', pagePolicy(`${new URL(site.endpoint).origin} ${directSources}`.trim()), ...SAFE],
    ],
    body: encoder.encode(template.replace('%latchkey-site%', () => content)),
  };
}

/** Scripts of its own only, requests to this server only: objects are shown from their own origin, whatever is in them. */
function pagePolicy(objects: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ${objects}`,
    `img-src 'self' ${objects}`,
    `media-src ${objects}`,
    `frame-src ${objects}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const SAFE: readonly string[] = [
  ...['X-Content-Type-Options', 'nosniff', 'Referrer-Policy', 'no-referrer', 'Cross-Origin-Opener-Policy', 'same-origin'],
  ...['Cross-Origin-Resource-Policy', 'same-origin', 'X-Robots-Tag', 'noindex'],
  ...['Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
];

function plain(status: number, text: string, more: readonly string[] = []): Reply {
  return {
    status,
    headers: ['Content-Type', 'text/plain; charset=utf-8', 'Cache-Control', 'no-store', ...SAFE, ...more],
    body: encoder.encode(`${text}\n`),
  };
}
