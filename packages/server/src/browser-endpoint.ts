/**
 * Where a browser that shows the console reaches the S3 address. Behind a proxy the configuration says it. Without one it is the host that the
 * browser knows this machine by, with the port of the S3 address: `localhost` and `127.0.0.1` are two origins, and what listens on all of a
 * machine's addresses has no name of its own.
 */
import { isEverywhere } from './reached-url.ts';

export function browserEndpoint(options: {
  /** The first of the public URLs, if there are any. */
  readonly publicUrl: string | undefined;
  /** As bound. */
  readonly boundUrl: string;
  /** As the browser sent it, or the like. */
  readonly host: string | undefined;
}): string {
  const { publicUrl, boundUrl, host } = options;
  if (publicUrl !== undefined) return withoutSlash(publicUrl);
  const { protocol, hostname, port } = new URL(boundUrl);
  const asked = hostnameOf(host);
  const isOfAnyName = isEverywhere(hostname) || (asked !== undefined && LOOPBACK.has(hostname) && LOOPBACK.has(asked));
  const name = asked !== undefined && isOfAnyName ? asked : hostname;
  return `${protocol}//${name}${port === '' ? '' : `:${port}`}`;
}

/** The name in a Host header; `undefined` for what is none. */
export function hostnameOf(host: string | undefined): string | undefined {
  return /^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.exec(host ?? '')?.[1]?.toLowerCase();
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
