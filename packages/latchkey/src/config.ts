/**
 * Settings: flags, then environment variables, then defaults, made into values once.
 */
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { type ConsoleProviderConfig, consoleProvider } from './console-provider.ts';
import { type Address, address, DEFAULT_LISTEN, type Environment } from './environment.ts';
import { wrongUsage } from './failure.ts';
import type { Flags, Values } from './flags.ts';
import { type RecordsConfig, recordsConfig } from './records-url.ts';
import { parseSize } from './size.ts';
import { type UpstreamConfig, upstreamConfig } from './upstream-url.ts';

export type Config = {
  /** Processes that answer requests; 1 is this one. */
  readonly workers: number;
  /** How long a server that is to stop goes on accepting, and says that it will not for long; milliseconds. */
  readonly drainMs: number;
  /** Absolute path of the directory that holds everything. */
  readonly data: string;
  readonly listen: Address;
  readonly consoleListen: Address;
  /** Addresses under which others reach this server, without a slash at the end; the first is the one that is shown. */
  readonly publicUrls: readonly string[];
  /** Of the console address; without a slash at the end. */
  readonly publicConsoleUrl: string | undefined;
  readonly region: string;
  /** Absolute path of a directory, or an S3 that exists already. */
  readonly objects: { readonly kind: 'file'; readonly directory: string } | UpstreamConfig;
  /** Of a directory the absolute path. */
  readonly records: RecordsConfig;
  /** Where the audit trail lives, and how long; without a limit all of it is kept. */
  readonly audit: { readonly directory: string; readonly keepMs?: number | undefined; readonly maxBytes?: number | undefined };
  /** Which reads the trail has, besides every change and every refusal. */
  readonly auditReads: 'all' | 'presigned' | 'none';
  readonly sigv2: boolean;
  /** Addresses and networks, as given; the server judges them. */
  readonly trustedProxies: readonly string[];
  /** Likewise: where webhooks may be besides the public Internet. */
  readonly webhooks: { readonly allowedNetworks: readonly string[] };
  /** Absolute paths of PEM files. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  readonly ignoreForeignAuthorization: boolean;
  readonly sandboxesActiveContent: boolean;
  /** Host names under which `BUCKET.NAME` is virtual-host style. */
  readonly domains: readonly string[];
  /** Path of a file with the issuers whose tokens AssumeRoleWithWebIdentity takes. */
  readonly oidcIssuersFile: string | undefined;
  /** With which people may sign in at the console. */
  readonly consoleProvider: ConsoleProviderConfig | undefined;
  /** Whether new buckets begin with all public access blocked. */
  readonly blocksPublicAccess: boolean;
  /** What seals secrets at rest, where the operator sets it: the first seals, all open. */
  readonly masterKeys: readonly string[] | undefined;
  /** The root user's credentials, where the operator sets them. */
  readonly root: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
};

export const serveFlags = {
  data: { kind: 'text', value: 'DIR', help: 'The directory that holds everything (default ./data)' },
  listen: { kind: 'text', value: 'HOST:PORT', help: 'The S3 address (default 127.0.0.1:9000; port 0 is any free one)' },
  console: { kind: 'text', value: 'HOST:PORT', help: 'The console address (default 127.0.0.1:9001)' },
  'public-url': { kind: 'text', many: true, value: 'URL', help: 'An address under which others reach the S3 address' },
  'public-console-url': {
    kind: 'text',
    value: 'URL',
    help: 'The address under which others reach the console address, where the pages of links are',
  },
  workers: { kind: 'text', value: 'N|auto', help: 'Processes that answer requests; auto is one for each processor core (default 1)' },
  drain: {
    kind: 'text',
    value: 'SECONDS',
    help: 'On SIGTERM, say at /-/health/ready that this is the end, and go on for so long (default 0)',
  },
  region: { kind: 'text', value: 'REGION', help: 'The region that requests are signed for (default us-east-1)' },
  domain: { kind: 'text', many: true, value: 'NAME', help: 'Take BUCKET.NAME in Host for virtual-host style; localhost always is' },
  objects: {
    kind: 'text',
    value: 'file:DIR|s3+URL',
    help: 'Where objects live: a directory (default: in the data directory), or an S3 such as s3+https://HOST',
  },
  records: {
    kind: 'text',
    value: 'lmdb:DIR|postgres://…',
    help: 'Where users, links and events live: a directory (default: in the data directory), or a PostgreSQL',
  },
  'audit-keep': { kind: 'text', value: 'DAYS', help: 'How long the audit trail is kept, such as 400d, or forever (default 400d)' },
  'audit-max-size': { kind: 'text', value: 'SIZE', help: 'How large it may grow before its oldest part goes, or none (default 10GiB)' },
  'audit-reads': {
    kind: 'text',
    value: 'all|presigned|none',
    help: 'Which reads the audit trail has, besides changes and refusals (default all)',
  },
  sigv2: { kind: 'text', value: 'on|off', help: 'Accept pre-signed URLs and forms of the old signature version 2 (default on)' },
  'trusted-proxy': { kind: 'text', many: true, value: 'CIDR', help: 'A proxy whose X-Forwarded-For and -Proto are believed' },
  'allow-webhook-networks': {
    kind: 'text',
    many: true,
    value: 'CIDR',
    help: 'A network besides the public Internet that webhooks may be in, where http:// will do',
  },
  'tls-cert': { kind: 'text', value: 'FILE', help: 'Serve TLS with this certificate chain (PEM); read again when it changes' },
  'tls-key': { kind: 'text', value: 'FILE', help: 'Its private key (PEM)' },
  'ignore-foreign-authorization': {
    kind: 'text',
    value: 'on|off',
    help: 'Ignore a Bearer or Basic header beside a pre-signed URL, which S3 refuses (default off)',
  },
  'sandbox-active-content': {
    kind: 'text',
    value: 'on|off',
    help: 'Send objects that browsers run as pages with a sandboxing policy (default off)',
  },
  'oidc-issuers': {
    kind: 'text',
    value: 'FILE',
    help: 'Issuers whose tokens may assume roles: JSON, each with issuer, audiences, algorithms, jwks',
  },
  'oidc-console-issuer': { kind: 'text', value: 'URL', help: 'An OpenID Connect provider that people may sign in to the console with' },
  'oidc-console-client-id': { kind: 'text', value: 'ID', help: 'What this console is called there' },
  'oidc-console-role': { kind: 'text', value: 'ARN|NAME', help: 'The role that they get, whose trust policy has to allow them' },
  'oidc-console-name': { kind: 'text', value: 'TEXT', help: 'What the provider is called on the button (default: its host name)' },
  'default-public-access-block': {
    kind: 'text',
    value: 'on|off',
    help: 'Begin new buckets with all public access blocked (default on, as on AWS)',
  },
  json: { kind: 'switch', help: 'What is printed on stdout is JSON in any case' },
} as const satisfies Flags;

/** The configuration of a server. Throws a `Failure` with status 2 that names the setting which is wrong. */
export function serveConfig(values: Values<typeof serveFlags>, environment: Environment): Config {
  const data = resolve(values.data ?? 'data');
  return {
    data,
    listen: address(values.listen ?? DEFAULT_LISTEN, '--listen'),
    consoleListen: address(values.console ?? DEFAULT_CONSOLE, '--console'),
    publicUrls: (values['public-url'] ?? []).map(publicUrl),
    publicConsoleUrl: values['public-console-url'] === undefined ? undefined : consoleOrigin(values['public-console-url']),
    workers: workers(values.workers ?? '1'),
    drainMs: drainMs(values.drain ?? '0'),
    region: region(values.region ?? 'us-east-1'),
    objects: objectsIn(values.objects, data, environment),
    records: recordsConfig(values.records, join(data, 'records'), environment),
    audit: {
      directory: join(data, 'audit'),
      keepMs: keepFor(values['audit-keep'] ?? '400d'),
      maxBytes: sizeLimit(values['audit-max-size'] ?? '10GiB'),
    },
    auditReads: auditReads(values['audit-reads'] ?? 'all'),
    sigv2: isOn(values.sigv2 ?? 'on', '--sigv2'),
    domains: (values.domain ?? []).map(domain),
    trustedProxies: values['trusted-proxy'] ?? [],
    webhooks: { allowedNetworks: values['allow-webhook-networks'] ?? [] },
    tls: tlsFiles(values['tls-cert'], values['tls-key']),
    ignoreForeignAuthorization: isOn(values['ignore-foreign-authorization'] ?? 'off', '--ignore-foreign-authorization'),
    sandboxesActiveContent: isOn(values['sandbox-active-content'] ?? 'off', '--sandbox-active-content'),
    oidcIssuersFile: values['oidc-issuers'],
    consoleProvider: consoleProvider(
      {
        issuer: values['oidc-console-issuer'],
        clientId: values['oidc-console-client-id'],
        role: values['oidc-console-role'],
        name: values['oidc-console-name'],
        isAddressKnown:
          values['public-console-url'] !== undefined || isThisMachine(address(values.console ?? DEFAULT_CONSOLE, '--console')),
      },
      environment,
    ),
    blocksPublicAccess: isOn(values['default-public-access-block'] ?? 'on', '--default-public-access-block'),
    masterKeys: masterKeysFrom(environment),
    root: rootFrom(environment),
  };
}

const DEFAULT_CONSOLE = '127.0.0.1:9001';

function isThisMachine({ host }: Address): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function publicUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username) {
    throw wrongUsage(`--public-url is the start of an address, such as https://files.example.com, not "${text}".`);
  }
  return text.replace(/\/+$/, '');
}

/** Its pages have their own paths: nothing may stand before them. */
function consoleOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || text.replace(/\/$/, '').toLowerCase() !== url.origin)
    throw wrongUsage(`--public-console-url is an address without a path, such as https://share.example.com, not "${text}".`);
  return url.origin;
}

const MOST_WORKERS = 256;

function workers(text: string): number {
  if (text === 'auto') return availableParallelism();
  const count = Number(/^\d{1,3}$/.exec(text)?.[0]);
  if (!(count >= 1 && count <= MOST_WORKERS)) throw wrongUsage(`--workers is a number from 1 to ${MOST_WORKERS}, or auto, not "${text}".`);
  return count;
}

const LONGEST_DRAIN_SECONDS = 3600;

function drainMs(text: string): number {
  const seconds = Number(/^\d{1,4}$/.exec(text)?.[0]);
  if (!(seconds <= LONGEST_DRAIN_SECONDS))
    throw wrongUsage(`--drain is a number of seconds, ${LONGEST_DRAIN_SECONDS} at most, not "${text}".`);
  return seconds * 1000;
}

function region(text: string): string {
  if (!/^[a-z0-9-]{1,64}$/.test(text)) throw wrongUsage(`--region is a name such as us-east-1, not "${text}".`);
  return text;
}

function domain(text: string): string {
  const name = text.toLowerCase();
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(name)) throw wrongUsage(`--domain is a host name such as s3.example.com, not "${text}".`);
  return name;
}

function tlsFiles(cert: string | undefined, key: string | undefined): Config['tls'] {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) throw wrongUsage('--tls-cert and --tls-key are given together, or neither.');
  return { certFile: resolve(cert), keyFile: resolve(key) };
}

function objectsIn(text: string | undefined, data: string, environment: Environment): Config['objects'] {
  if (text?.startsWith('s3+')) return upstreamConfig(text, environment);
  return { kind: 'file', directory: directory(text, 'file', '--objects', join(data, 'objects')) };
}

function directory(text: string | undefined, scheme: string, flag: string, otherwise: string): string {
  if (text === undefined) return otherwise;
  if (!text.startsWith(`${scheme}:`) || text.length === scheme.length + 1)
    throw wrongUsage(`${flag} is ${scheme}:DIRECTORY, not "${text}".`);
  return resolve(text.slice(scheme.length + 1));
}

/** In milliseconds; whole days, since that is how finely the trail is cut. */
function keepFor(text: string): number | undefined {
  if (text === 'forever') return undefined;
  const days = Number(/^(\d{1,5})d$/.exec(text)?.[1]);
  if (!(days >= 1)) throw wrongUsage(`--audit-keep is a number of days such as 400d, or forever, not "${text}".`);
  return days * 86_400_000;
}

const MIN_AUDIT_BYTES = 1024 * 1024;

function sizeLimit(text: string): number | undefined {
  if (text === 'none') return undefined;
  const bytes = parseSize(text, '--audit-max-size');
  if (bytes < MIN_AUDIT_BYTES) throw wrongUsage(`--audit-max-size is at least 1MiB, or none, not "${text}".`);
  return bytes;
}

function auditReads(text: string): Config['auditReads'] {
  if (text === 'all' || text === 'presigned' || text === 'none') return text;
  throw wrongUsage(`--audit-reads is all, presigned or none, not "${text}".`);
}

function isOn(text: string, flag: string): boolean {
  if (text !== 'on' && text !== 'off') throw wrongUsage(`${flag} is on or off, not "${text}".`);
  return text === 'on';
}

/** Several, with commas between them, during a rotation: the first is the new one. */
function masterKeysFrom({ LATCHKEY_MASTER_KEY: text }: Environment): Config['masterKeys'] {
  if (text === undefined) return undefined;
  const keys = text.split(',').map((key) => key.trim());
  if (keys.some((key) => key.length < 16)) {
    throw wrongUsage('LATCHKEY_MASTER_KEY has at least 16 characters, best 32 random bytes in base64: openssl rand -base64 32.');
  }
  return keys;
}

function rootFrom(environment: Environment): Config['root'] {
  const { LATCHKEY_ROOT_ACCESS_KEY_ID: accessKeyId, LATCHKEY_ROOT_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw wrongUsage('LATCHKEY_ROOT_ACCESS_KEY_ID and LATCHKEY_ROOT_SECRET_ACCESS_KEY are set together, or neither.');
  }
  return { accessKeyId, secretAccessKey };
}
