/** A whole server on two addresses: the S3 address for programs, the console address for people. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { ObjectStore } from '@latchkey/storage/object-store';
import type { RecordStore } from '@latchkey/storage/record-store';
import type { TrailStore } from '@latchkey/storage/trail-store';
import type { UseStore } from '@latchkey/storage/use-store';
import type { DiskSpace } from './api/server-facts.ts';
import { openAuditTrail } from './audit/open-trail.ts';
import type { RecordedReads } from './audit/requests.ts';
import type { Retention } from './audit/retention.ts';
import { trailKeys } from './audit/trail-keys.ts';
import { browserEndpoint } from './browser-endpoint.ts';
import { ALL_BLOCKED, bucketAccessStore, NONE_BLOCKED } from './bucket-access.ts';
import { consoleHandler } from './console-address.ts';
import { isConsoleOrigin } from './console-origins.ts';
import { forgetUses } from './forget-uses.ts';
import { trustedProxies } from './forwarded.ts';
import { createGateway } from './gateway.ts';
import { guardrailStore } from './guardrails/store.ts';
import { headerValue } from './headers.ts';
import { type Certificate, type ListenAddress, type Listener, listen, type Presence } from './http.ts';
import { createIdentities, type RootCredentials } from './identity/identities.ts';
import { checkMasterKey } from './identity/master-key-check.ts';
import { createSealer } from './identity/sealing.ts';
import type { OidcIssuer } from './identity/sts/federated.ts';
import { type IdentityProviderOptions, identityProvider } from './identity-provider/identity-provider.ts';
import { openLease } from './lease.ts';
import { createLinks } from './links/link-service.ts';
import { revocations } from './links/revocations.ts';
import type { Log } from './log.ts';
import { createRequestCounts, type Metric, memoryMetrics } from './metrics.ts';
import { announceNode } from './nodes/nodes.ts';
import type { Incoming, Site, Stores } from './pipeline.ts';
import { publicAddress } from './public-address.ts';
import { reachedUrl } from './reached-url.ts';
import { bucketRedirects } from './redirects/bucket-redirects.ts';
import { s3Handler } from './s3-address.ts';
import { noSiblings, type Siblings } from './siblings.ts';
import { openUploadRequests } from './upload-requests/open-upload-requests.ts';
import { openWebhooks, type WebhookOptions } from './webhooks/open-webhooks.ts';

export type ServerOptions = {
  readonly objects: ObjectStore;
  readonly records: RecordStore;
  /** How often links and URLs were used that may be used so many times. */
  readonly uses: UseStore;
  /** What was asked, by whom, and what became of it. */
  readonly trail: TrailStore;
  /** Default: all of the trail is kept. */
  readonly auditRetention?: Retention | undefined;
  /** Which reads are in the trail, besides every change and every refusal. Default: all. */
  readonly auditReads?: RecordedReads | undefined;
  /** Requests signed for another region are refused. */
  readonly region: string;
  readonly root: RootCredentials;
  /** What seals secrets at rest: the first seals, all of them open. See `createSealer`. */
  readonly masterKeys: readonly string[];
  /** Asked for the master keys as they are now, when a secret turns up that none of them opens. */
  readonly reloadMasterKeys?: (() => readonly string[]) | undefined;
  /** Issuers whose tokens may be brought to AssumeRoleWithWebIdentity. */
  readonly oidcIssuers?: readonly OidcIssuer[] | undefined;
  /** With which people may sign in at the console, besides their access keys. */
  readonly identityProvider?: IdentityProviderOptions | undefined;
  /** Whether new buckets begin with all public access blocked. Default true, as on AWS. */
  readonly blocksPublicAccess?: boolean | undefined;
  /** Port 0 means any free port. */
  readonly listen: ListenAddress;
  readonly consoleListen: ListenAddress;
  /** Whether SigV2 is accepted in pre-signed URLs and forms. */
  readonly sigv2: boolean;
  /** Base domains of virtual-host style; `localhost` always is one. */
  readonly domains: readonly string[];
  /** How clients reach the S3 address, where a proxy in front has another name; URLs signed for these names verify too. */
  readonly publicUrls?: readonly string[] | undefined;
  /** How people reach the console address, where a proxy in front has another name: `https://share.example.com`, without a slash at the end. */
  readonly publicConsoleUrl?: string | undefined;
  /** Of the disk with the data, to be shown. */
  readonly disk?: (() => Promise<DiskSpace>) | undefined;
  /** Addresses and networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Both addresses speak TLS with it. */
  readonly tls?: Certificate | undefined;
  /** The folder of the console's built pages. Default: none, and no pages but those of links. */
  readonly consolePages?: string | undefined;
  /** Ignore a foreign Authorization header (Bearer, Basic) beside a pre-signed URL, instead of refusing both as S3 does. */
  readonly ignoreForeignAuthorization?: boolean | undefined;
  /** Answer types that a browser would run as a page with a sandboxing policy. */
  readonly sandboxesActiveContent?: boolean | undefined;
  /** Where webhooks may be, and how long is tried to reach them. */
  readonly webhooks?: WebhookOptions | undefined;
  /** Which worker this is, of several that were started together; none where it is by itself. */
  readonly worker?: number | undefined;
  /** The processes that answer at the same addresses, what is counted with them. Default: none. */
  readonly siblings?: Siblings | undefined;
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
  /** What this process has counted. */
  metrics(): readonly Metric[];
  /** Goes on serving, but says at `/-/health/ready` that it will not for long, and ends each connection with its next reply. */
  leave(): void;
  /**
   * Stops accepting, finishes what is in flight for up to `graceMs`, closes the stores. Connections that nobody uses are closed after `quietMs`,
   * by default at once. Called again, it only makes the time shorter.
   */
  close(graceMs?: number, quietMs?: number): Promise<void>;
};

const GRACE_MS = 30_000;

/** Starts serving. Rejects where an address can not be had or a store can not be read; nothing is left open then. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  try {
    return await start(options);
  } catch (error) {
    await Promise.all([options.objects, options.records, options.uses, options.trail].map((store) => store.close()));
    throw error;
  }
}

async function start(options: ServerOptions): Promise<RunningServer> {
  const { objects, records, uses, log, region, root } = options;
  const sealer = createSealer(options.masterKeys, options.reloadMasterKeys);
  await checkMasterKey(records, sealer);
  const installation = await installationId(records);
  const accountId = accountIdOf(installation);
  const identities = createIdentities({ records, root, accountId, sealer, issuers: options.oidcIssuers ?? [] });
  const access = bucketAccessStore(records, options.blocksPublicAccess === false ? NONE_BLOCKED : ALL_BLOCKED);
  const guardrails = guardrailStore(records);
  const publicAddresses = (options.publicUrls ?? []).map(publicAddress);
  const proxies = trustedProxies(options.trustedProxies ?? []);
  // Only known once they are bound; no link is made before.
  let boundUrl = '';
  const endpoint = () => publicAddresses[0]?.url ?? reachedUrl(boundUrl);
  let boundConsoleUrl = '';
  const consoleUrl = () => options.publicConsoleUrl ?? reachedUrl(boundConsoleUrl);
  const endpointOfBrowser = ({ headers }: Incoming) =>
    browserEndpoint({ publicUrl: publicAddresses[0]?.url, boundUrl, host: headerValue(headers, 'host') });
  const site: Site = {
    region,
    owner: { id: ownerId(installation), displayName: 'root' },
    accountId,
    hostId: randomBytes(48).toString('base64'),
    publicAddresses,
    directSources: objects.direct?.sources,
    sandboxesActiveContent: options.sandboxesActiveContent ?? false,
    signatures: { sigv2: options.sigv2, ignoreForeignAuthorization: options.ignoreForeignAuthorization ?? false },
    domains: baseDomains([...options.domains, ...publicAddresses.map(({ hostname }) => hostname), 'localhost']),
    isConsoleOrigin: (origin, host) => isConsoleOrigin(origin, [consoleUrl(), boundConsoleUrl], host),
    now: options.now ?? Date.now,
  };
  const { publicConsoleUrl } = options;
  const boundUrls = { publicConsoleUrl, boundConsoleUrl: () => boundConsoleUrl };
  const provider = options.identityProvider && identityProvider(options.identityProvider, { site, sealer, ...boundUrls });
  const revoked = revocations(records);
  const hooks = openWebhooks({ objects, records, sealer, site, log }, options.webhooks);
  const { events, notifications, webhooks } = hooks;
  const links = createLinks({ records, uses, revocations: revoked, identities, guardrails, events, site, endpoint, consoleUrl });
  const uploads = openUploadRequests({
    stores: { objects, records, uses, identities, access, guardrails, revocations: revoked, events },
    site,
    log,
    endpoint,
    consoleUrl,
    ask: async (incoming) => gateway.handle(incoming),
  });
  const trail = await openAuditTrail({
    store: options.trail,
    keys: () => trailKeys(records, sealer, { mayMake: true }),
    site,
    retention: options.auditRetention,
    // Real time, as for everything that processes agree on: that of tests is set by hand.
    turn: openLease(records, 'audit-retention', Date.now),
    log,
    now: site.now,
  });
  const stores: Stores = {
    objects,
    records,
    uses,
    identities,
    access,
    guardrails,
    links,
    revocations: revoked,
    uploadRequests: uploads.service,
    trail,
    events,
    notifications,
    redirects: bucketRedirects(records),
    webhooks,
  };
  const siblings = options.siblings ?? noSiblings(site.now);
  const presence: Presence = { isLeaving: false };
  const context = { log, now: site.now, hostId: site.hostId, tls: options.tls, proxies, presence };
  const counts = createRequestCounts();
  const metrics = () => [...counts.metrics(), ...hooks.metrics(), ...memoryMetrics()];
  const gateway = createGateway({
    stores,
    site,
    sigv2: options.sigv2,
    ignoreForeignAuthorization: options.ignoreForeignAuthorization ?? false,
    log,
    counts,
    siblings,
    auditReads: options.auditReads,
  });

  const startedAt = site.now();
  const consoleListener = await listen(
    options.consoleListen,
    consoleHandler({
      stores,
      presence,
      site,
      log,
      counts,
      version: options.version,
      siblings,
      metrics: { own: metrics, shared: async () => [await hooks.waiting()] },
      publicConsoleUrl: options.publicConsoleUrl,
      consoleUrl,
      uploadDeliveries: uploads.deliveries,
      ask: async (incoming) => gateway.handle(incoming),
      provider,
      pages: options.consolePages === undefined ? undefined : { folder: options.consolePages, endpoint: endpointOfBrowser },
      server: {
        version: options.version,
        startedAt,
        endpoint,
        consoleUrl,
        trustsProxies: proxies !== undefined,
        disk: options.disk,
        nodes: async () => nodes.list(),
      },
    }),
    context,
  ).catch(async (error: unknown) => {
    await trail.close();
    throw error;
  });
  boundConsoleUrl = consoleListener.url.replace(/\/$/, '');
  let s3: Listener;
  try {
    const facts = { region, version: options.version, consoleUrl: reachedUrl(consoleListener.url) };
    s3 = await listen(options.listen, s3Handler({ gateway, site, stores, presence, ...facts }), context);
    boundUrl = s3.url;
  } catch (error) {
    await consoleListener.close(0);
    await trail.close();
    throw error;
  }
  const { version, worker } = options;
  const self = { host: hostname(), pid: process.pid, worker, version, startedAt, s3: s3.url, console: consoleListener.url };
  // Real time: what tests set by hand is no clock of this machine.
  const nodes = announceNode({ records, self, now: Date.now });
  const forgetting = forgetUses({ uses, now: site.now, log });
  const deliveries = hooks.start();
  let closed: Promise<void> | undefined;
  return {
    s3: s3.url,
    console: consoleListener.url,
    renewCertificate(certificate) {
      s3.renewCertificate(certificate);
      consoleListener.renewCertificate(certificate);
    },
    metrics,
    leave() {
      presence.isLeaving = true;
    },
    close(graceMs = GRACE_MS, quietMs = 0) {
      presence.isLeaving = true;
      const idle = Promise.all([s3.close(graceMs, quietMs), consoleListener.close(graceMs, quietMs)]);
      closed ??= closeAll(idle);
      return closed;
    },
  };

  async function closeAll(idle: Promise<unknown>): Promise<void> {
    await idle;
    // Its last line says that nothing comes behind it; then the stores may go, whose keys it needs.
    await Promise.all([identities.close(), forgetting.stop(), nodes.stop(), uploads.sweeping.stop(), deliveries.stop(), trail.close()]);
    await Promise.all([objects.close(), records.close(), uses.close(), options.trail.close()]);
  }
}

/** In lower case, the longest first: of two that fit a Host, the longer one is meant. */
function baseDomains(domains: readonly string[]): readonly string[] {
  return domains.map((domain) => domain.toLowerCase()).sort((a, b) => b.length - a.length);
}

/** Made on the first start, the same ever after, on every node that shares the records. */
async function installationId(records: RecordStore): Promise<string> {
  const installation = await records.get('installation', 'this');
  if (installation === undefined) {
    const value = { id: randomUUID() };
    await records.commit([{ put: { kind: 'installation', id: 'this', value }, ifVersion: 0 }]);
    return installationId(records);
  }
  return (installation.value as { id: string }).id;
}

/** The canonical user id: 64 hex digits. */
function ownerId(installation: string): string {
  return createHash('sha256').update(`latchkey owner ${installation}`).digest('hex');
}

/** The account id: 12 digits, the first of which is not zero, since some tools take it for a number. */
function accountIdOf(installation: string): string {
  const digest = createHash('sha256').update(`latchkey account ${installation}`).digest();
  return String(100_000_000_000n + (digest.readBigUInt64BE() % 900_000_000_000n));
}
