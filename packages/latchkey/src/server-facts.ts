import { isLoopback } from './client-target.ts';
import { Failure, wrongUsage } from './failure.ts';

/** What a Latchkey server says of itself to everybody. */
export type ServerFacts = {
  readonly version: string;
  readonly region: string;
  /** The console address as the server knows it, where it has one. */
  readonly console: string | undefined;
  /** How clients reach its S3 address, where it was told: its links begin so. */
  readonly publicUrl?: string | undefined;
};

/** The S3 address answers, and the console address can not be reached from here. */
export class ConsoleUnreachable extends Failure {}

const PATIENCE_MS = 5_000;

/** The facts of the server at an S3 address; `undefined` for any other S3. Rejects with what `fetch` rejects with where nothing answers. */
export async function serverFacts(endpoint: string): Promise<ServerFacts | undefined> {
  const url = `${endpoint.replace(/\/+$/, '')}/-/latchkey.json`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS), redirect: 'manual' });
  const facts: unknown = await answer.json().catch(() => undefined);
  const { version, region, console, publicUrl } = (facts ?? {}) as Record<string, unknown>;
  if (!answer.ok || typeof version !== 'string' || typeof region !== 'string') return undefined;
  return { version, region, console: textOf(console), publicUrl: textOf(publicUrl) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/**
 * The console address as it is reached from here: the one that is named, or else the server's own word for it. A server that listens on every
 * interface is reached under the name of its S3 address. Throws a `Failure` where the server only knows a name for itself alone.
 */
export function consoleUrl(named: string | undefined, facts: Pick<ServerFacts, 'console'>, endpoint: string): string {
  if (named !== undefined) return checkedUrl(named);
  const url = facts.console !== undefined && URL.canParse(facts.console) ? new URL(facts.console) : undefined;
  if (url === undefined) throw new ConsoleUnreachable(`${endpoint} does not say where its console address is. Name it with --console-url.`);
  if (/^(0\.0\.0\.0|\[::\])$/.test(url.hostname)) url.hostname = new URL(endpoint).hostname;
  else if (isLoopback(url.origin) && !isLoopback(endpoint))
    throw new ConsoleUnreachable(
      `The console address of ${endpoint}, through which links are made, is ${url.origin}: reached from its own machine only. Name the one that is reached from here with --console-url.`,
    );
  return url.origin;
}

function checkedUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw wrongUsage(`--console-url is a URL such as http://127.0.0.1:9001, not "${text}".`);
  return text.replace(/\/+$/, '');
}
