/**
 * What every command asks the environment, and where it says a server is. The only file that reads `process.env`. Apart from the server's settings,
 * so that commands which start none do not load what those need.
 */
import { wrongUsage } from './failure.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export function processEnvironment(): Environment {
  return process.env;
}

export type Address = { readonly host: string; readonly port: number };

/** Where on this machine a server started in this environment takes S3 requests; undefined for port 0, which can be any. */
export function localEndpoint(environment: Environment): string | undefined {
  const { host, port } = address(environment.LATCHKEY_LISTEN || DEFAULT_LISTEN, '--listen');
  if (port === 0) return undefined;
  const isEverywhere = host === '::' || host === '0.0.0.0';
  const scheme = environment.LATCHKEY_TLS_CERT ? 'https' : 'http';
  return `${scheme}://${isEverywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`;
}

export const DEFAULT_LISTEN = '127.0.0.1:9000';

/** `HOST:PORT`, `[IPV6]:PORT` or `:PORT` for every interface. */
export function address(text: string, flag: string): Address {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) throw wrongUsage(`${flag} is HOST:PORT, such as 127.0.0.1:9000 or [::1]:9000, not "${text}".`);
  return { host: match[1] ?? (match[2] || '::'), port };
}
