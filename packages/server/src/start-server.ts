/** A whole server on two addresses: the S3 address for programs, the console address for people. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { ObjectStore } from '@latchkey/storage/object-store';
import type { RecordStore } from '@latchkey/storage/record-store';
import { consoleHandler } from './console-address.ts';
import { trustedProxies } from './forwarded.ts';
import { createGateway } from './gateway.ts';
import { type Certificate, type ListenAddress, type Listener, listen } from './http.ts';
import type { RootCredentials } from './identity/identities.ts';
import type { Log } from './log.ts';
import { createRequestCounts } from './metrics.ts';
import type { Site, Stores } from './pipeline.ts';
import { publicAddress } from './public-address.ts';
import { s3Handler } from './s3-address.ts';

export type ServerOptions = {
  readonly objects: ObjectStore;
  readonly records: RecordStore;
  /** Requests signed for another region are refused. */
  readonly region: string;
  readonly root: RootCredentials;
  /** Port 0 means any free port. */
  readonly listen: ListenAddress;
  readonly consoleListen: ListenAddress;
  /** Whether SigV2 is accepted in pre-signed URLs and forms. */
  readonly sigv2: boolean;
  /** Base domains of virtual-host style; `localhost` always is one. */
  readonly domains: readonly string[];
  /** How clients reach the S3 address, where a proxy in front has another name; URLs signed for these names verify too. */
  readonly publicUrls?: readonly string[] | undefined;
  /** Addresses and networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Both addresses speak TLS with it. */
  readonly tls?: Certificate | undefined;
  /** Ignore a foreign Authorization header (Bearer, Basic) beside a pre-signed URL, instead of refusing both as S3 does. */
  readonly ignoreForeignAuthorization?: boolean | undefined;
  /** Answer types that a browser would run as a page with a sandboxing policy. */
  readonly sandboxesActiveContent?: boolean | undefined;
  readonly log: Log;
  readonly version: string;
  /** Milliseconds since the epoch; for tests. */
  readonly now?: (() => number) | undefined;
};

export type RunningServer = {
  /** `http://HOST:PORT` as bound. */
  readonly s3: string;
  readonly console: string;
  /** Connections from now on are served with this one, where TLS is spoken at all. */
  renewCertificate(certificate: Certificate): void;
  /** Stops accepting, finishes what is in flight for up to `graceMs`, closes the stores. */
  close(graceMs?: number): Promise<void>;
};

const GRACE_MS = 30_000;

/** Starts serving. Rejects where an address can not be had or a store can not be read; nothing is left open then. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { objects, records, log, region, root } = options;
  const stores: Stores = { objects, records };
  const publicAddresses = (options.publicUrls ?? []).map(publicAddress);
  const proxies = trustedProxies(options.trustedProxies ?? []);
  const site: Site = {
    region,
    owner: { id: await ownerId(records), displayName: 'root' },
    hostId: randomBytes(48).toString('base64'),
    publicAddresses,
    sandboxesActiveContent: options.sandboxesActiveContent ?? false,
    domains: baseDomains([...options.domains, ...publicAddresses.map(({ hostname }) => hostname), 'localhost']),
    now: options.now ?? Date.now,
  };
  const context = { log, now: site.now, hostId: site.hostId, tls: options.tls, proxies };
  const counts = createRequestCounts();
  const gateway = createGateway({
    stores,
    site,
    identities: { root },
    sigv2: options.sigv2,
    ignoreForeignAuthorization: options.ignoreForeignAuthorization ?? false,
    log,
    counts,
  });

  let s3Listener: Listener | undefined;
  try {
    const consoleListener = await listen(options.consoleListen, consoleHandler({ stores, counts, version: options.version }), context);
    try {
      s3Listener = await listen(
        options.listen,
        s3Handler({ gateway, site, stores, region, version: options.version, consoleUrl: consoleListener.url }),
        context,
      );
    } catch (error) {
      await consoleListener.close(0);
      throw error;
    }
    const s3 = s3Listener;
    return {
      s3: s3.url,
      console: consoleListener.url,
      renewCertificate(certificate) {
        s3.renewCertificate(certificate);
        consoleListener.renewCertificate(certificate);
      },
      async close(graceMs = GRACE_MS) {
        await Promise.all([s3.close(graceMs), consoleListener.close(graceMs)]);
        await Promise.all([objects.close(), records.close()]);
      },
    };
  } catch (error) {
    await Promise.all([objects.close(), records.close()]);
    throw error;
  }
}

/** In lower case, the longest first: of two that fit a Host, the longer one is meant. */
function baseDomains(domains: readonly string[]): readonly string[] {
  return domains.map((domain) => domain.toLowerCase()).sort((a, b) => b.length - a.length);
}

/**
 * The canonical user id of the installation: made on its first start, the same ever after, on every node that shares the records.
 */
async function ownerId(records: RecordStore): Promise<string> {
  const installation = await records.get('installation', 'this');
  if (installation === undefined) {
    const value = { id: randomUUID() };
    await records.commit([{ put: { kind: 'installation', id: 'this', value }, ifVersion: 0 }]);
    return ownerId(records);
  }
  const { id } = installation.value as { id: string };
  return createHash('sha256').update(`latchkey owner ${id}`).digest('hex');
}
