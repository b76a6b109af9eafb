import { resolve } from 'node:path';
import { jsonLog } from '@latchkey/server/log';
import { serveConfig, serveFlags } from './config.ts';
import { type Environment, localEndpoint } from './environment.ts';
import { Failure } from './failure.ts';
import { parseFlags } from './flags.ts';
import type { Output } from './output.ts';
import { type ServerFacts, serverFacts } from './server-facts.ts';
import { startConfigured } from './start-configured.ts';
import { showNewRoot } from './welcome.ts';

/** The server on this machine: one that runs already, or one that this process has started. */
export type LocalServer = {
  readonly endpoint: string;
  /** Its console address, as it says itself. */
  readonly console: string | undefined;
  readonly publicUrl?: string | undefined;
  readonly region: string;
  /** Whether this process has started it, and must close it. */
  readonly isOurs: boolean;
  /** The root credentials, where this process started it. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  close(): Promise<void>;
};

/** Finds the server that runs where this environment would have one, or starts it with the data directory `data`. */
export async function localServer(data: string, environment: Environment, output: Output): Promise<LocalServer> {
  return (await findLocalServer(environment)) ?? startLocalServer(data, environment, output);
}

async function findLocalServer(environment: Environment): Promise<LocalServer | undefined> {
  const endpoint = localEndpoint(environment);
  if (endpoint === undefined) return undefined;
  let facts: ServerFacts | undefined;
  try {
    facts = await serverFacts(endpoint);
  } catch (error) {
    if (isRefused(error)) return undefined;
  }
  if (facts === undefined)
    throw new Failure(`What answers at ${endpoint} is not Latchkey. Stop it, or name the S3 to use with --endpoint-url.`);
  return { endpoint, console: facts.console, publicUrl: facts.publicUrl, region: facts.region, isOurs: false, close: async () => {} };
}

async function startLocalServer(data: string, environment: Environment, output: Output): Promise<LocalServer> {
  const { values } = parseFlags(['--data', data], serveFlags, environment);
  const config = serveConfig(values, environment);
  const { server, root } = await startConfigured(
    config,
    jsonLog((line) => process.stderr.write(line)),
  );
  showNewRoot(root, config, output);
  output.say(`No server was running, so this command has started one with ${resolve(data)} on ${server.s3}.`);
  return {
    endpoint: server.s3,
    console: server.console,
    region: config.region,
    isOurs: true,
    credentials: root.credentials,
    close: () => server.close(),
  };
}

/** Nobody listens: the connection was refused, on every address that the name has. */
function isRefused(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: string; errors?: readonly { code?: string }[] } };
  return cause?.code === 'ECONNREFUSED' || (cause?.errors?.every(({ code }) => code === 'ECONNREFUSED') ?? false);
}
