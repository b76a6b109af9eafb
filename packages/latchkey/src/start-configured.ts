import { mkdir, readFile } from 'node:fs/promises';
import { trustedProxies } from '@latchkey/server/forwarded';
import type { Certificate } from '@latchkey/server/http';
import type { OidcIssuer } from '@latchkey/server/identity/sts/federated';
import { parseOidcIssuers } from '@latchkey/server/identity/sts/oidc-issuers';
import type { Log } from '@latchkey/server/log';
import { type RunningServer, type ServerOptions, startServer } from '@latchkey/server/start-server';
import { reachableAddresses } from '@latchkey/server/webhooks/addresses';
import { readCertificate } from './certificate.ts';
import type { Config } from './config.ts';
import { consolePagesFolder } from './console-pages.ts';
import { diskSpace } from './disk-space.ts';
import type { Address } from './environment.ts';
import { Failure, wrongUsage } from './failure.ts';
import { masterKeys } from './master-key.ts';
import { openStores } from './open-stores.ts';
import { type FoundRoot, rootCredentials } from './root-credentials.ts';
import { version } from './version.ts';

export type Started = {
  readonly server: RunningServer;
  readonly root: FoundRoot;
  /** What both addresses speak TLS with, if they do. */
  readonly certificate: Certificate | undefined;
};

/** Of a worker, which it is and what it counts with the others. */
export type WorkersPlace = Pick<ServerOptions, 'worker' | 'siblings'>;

/** Starts the server that a configuration describes. Throws a `Failure` whose sentence says what stands in the way. */
export async function startConfigured(config: Config, log: Log, place: WorkersPlace = {}): Promise<Started> {
  requireSettings(config);
  const certificate = config.tls && (await readCertificate(config.tls));
  const oidcIssuers = config.oidcIssuersFile === undefined ? [] : await readOidcIssuers(config.oidcIssuersFile);
  const identityProvider = config.consoleProvider && {
    ...config.consoleProvider,
    clientSecret: await clientSecret(config.consoleProvider),
  };
  const root = await foundRoot(config);
  const master = await masterKeys(config.data, config.masterKeys);
  const stores = await openStores(config, log);
  try {
    const server = await startServer({
      ...config,
      ...stores,
      auditRetention: config.audit,
      oidcIssuers,
      identityProvider,
      masterKeys: master.keys,
      reloadMasterKeys: master.reload,
      tls: certificate,
      log,
      ...place,
      root: root.credentials,
      version: version(),
      disk: () => diskSpace(config.data),
      consolePages: consolePagesFolder(),
    });
    return { server, root, certificate };
  } catch (error) {
    throw describe(error, config);
  }
}

/** Throws a `Failure` for settings that nothing has to be opened to refuse. */
export function requireSettings(config: Config): void {
  requireNetworks('--trusted-proxy', () => trustedProxies(config.trustedProxies));
  requireNetworks('--allow-webhook-networks', () => reachableAddresses(config.webhooks.allowedNetworks));
}

/** Makes the data directory where there is none, and root credentials where there are none. */
export async function foundRoot(config: Config): Promise<FoundRoot> {
  await makeDirectory(config.data);
  return rootCredentials(config.data, config.root);
}

async function readOidcIssuers(path: string): Promise<readonly OidcIssuer[]> {
  try {
    return parseOidcIssuers(await readFile(path, 'utf8'));
  } catch (cause) {
    throw wrongUsage(`--oidc-issuers ${path}: ${(cause as Error).message}`);
  }
}

async function clientSecret({ secret }: NonNullable<Config['consoleProvider']>): Promise<string | undefined> {
  if (secret === undefined || 'text' in secret) return secret?.text;
  try {
    return (await readFile(secret.file, 'utf8')).trim();
  } catch (cause) {
    throw new Failure(`LATCHKEY_OIDC_CONSOLE_CLIENT_SECRET_FILE can not be read: ${(cause as Error).message}.`, { cause });
  }
}

function requireNetworks(flag: string, read: () => unknown): void {
  try {
    read();
  } catch (error) {
    throw wrongUsage(`${flag}: ${(error as Error).message}`);
  }
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new Failure(`The data directory ${path} can not be made: ${(cause as Error).message}.`, { cause });
  }
}

function describe(error: unknown, { listen, consoleListen }: Config): unknown {
  const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  if (port === undefined) return error;
  const flag = isSame(listen, port, address) ? '--listen' : isSame(consoleListen, port, address) ? '--console' : '--listen or --console';
  switch (code) {
    case 'EADDRINUSE':
      return new Failure(`Port ${port} is in use: stop the program that has it, or choose another with ${flag}.`, { cause: error });
    case 'EACCES':
      return new Failure(`Port ${port} is not ours to use: choose one above 1023 with ${flag}.`, { cause: error });
    case 'EADDRNOTAVAIL':
      return new Failure(`${address} is no address of this machine: choose another with ${flag}.`, { cause: error });
    default:
      return error;
  }
}

function isSame(wanted: Address, port: number, host: string | undefined): boolean {
  return wanted.port === port && (host === undefined || wanted.host === host);
}
