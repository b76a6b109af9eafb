/** Pages show what is at a link's endpoint, and lead there: it has to be this server, or they would lend its name to any other. */
import { invalidArgument } from '@latchkey/s3/errors';
import type { Site } from '../pipeline.ts';

/** Throws InvalidArgument for an address that is none of this server's. One that listens on every address of its machine can not tell. */
export function requireOwnEndpoint(
  endpoint: string,
  { publicAddresses, domains }: Pick<Site, 'publicAddresses' | 'domains'>,
  bound: readonly string[],
): void {
  const { hostname } = new URL(endpoint);
  const own = [...bound.map((url) => new URL(url).hostname), ...publicAddresses.map((address) => address.hostname)];
  const isKnown = own.includes(hostname) || domains.some((domain) => hostname === domain || hostname.endsWith(`.${domain}`));
  if (isKnown || LOOPBACK.test(hostname) || own.some((name) => EVERYWHERE.has(name))) return;
  throw invalidArgument(
    `A page may lead to this server only, and ${hostname} is no name of it that it knows. Start it with --public-url.`,
    'endpoint',
    endpoint,
  );
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '[::]']);
