import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Environment, localEndpoint } from './environment.ts';
import { Failure, wrongUsage } from './failure.ts';
import type { Flags } from './flags.ts';
import { type Credentials, findProfile, type ProfileFlags } from './profile.ts';
import { readRootCredentials } from './root-credentials.ts';

/** Which S3 a command talks to or signs for, and as whom. */
export type ClientTarget = {
  /** A URL; `aws`; or `here`, the server on this machine, because nothing names another. */
  readonly place: { readonly url: string } | 'aws' | 'here';
  /** Where it is said. */
  readonly region: string | undefined;
  readonly credentials: Credentials | undefined;
  readonly style: 'path' | 'virtual' | undefined;
};

/** The flags of every command that talks to an S3 or signs for one. */
export const clientFlags = {
  'endpoint-url': { kind: 'text', value: 'URL', help: 'The S3 to use; otherwise AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL or the profile' },
  region: { kind: 'text', value: 'REGION', help: 'Otherwise AWS_REGION, AWS_DEFAULT_REGION or the profile (default us-east-1)' },
  profile: { kind: 'text', value: 'NAME', help: 'A profile of ~/.aws; otherwise AWS_PROFILE' },
  style: { kind: 'text', value: 'path|virtual', help: 'Where the bucket stands: in the path, or in the host name' },
  data: { kind: 'text', value: 'DIR', help: 'The data directory of a server on this machine, for its credentials (default ./data)' },
} as const satisfies Flags;

export type ClientValues = ProfileFlags & { readonly data?: string; readonly style?: string };

/**
 * The target of a command that only signs. With credentials and no endpoint it is AWS, as for the AWS CLI; with neither it is the
 * server on this machine, whose data directory has credentials.
 */
export async function signingTarget(values: ClientValues, environment: Environment): Promise<ClientTarget> {
  const { credentials, endpoint, region, style } = await findProfile(values, environment, readText);
  const place = endpoint ? { url: endpoint } : credentials ? 'aws' : 'here';
  return { place, region, credentials: credentials ?? (await localCredentials(place, values)), style: styleOf(values.style) ?? style };
}

/**
 * The target of a command that sends something. Without an endpoint it is always the server on this machine, so that a file never goes
 * to AWS because of credentials that lie around; the server's own root credentials come first then.
 */
export async function sendingTarget(
  values: ClientValues,
  environment: Environment,
): Promise<ClientTarget & { readonly place: { readonly url: string } | 'here' }> {
  const { credentials, endpoint, region, style } = await findProfile(values, environment, readText);
  const place = endpoint ? { url: endpoint } : 'here';
  const local = place === 'here' || !credentials ? await localCredentials(place, values) : undefined;
  return { place, region, credentials: local ?? credentials, style: styleOf(values.style) ?? style };
}

/** The credentials of a target, or a `Failure` that says where they are looked for. */
export function requireCredentials({ credentials }: ClientTarget, values: ClientValues): Credentials {
  if (credentials) return credentials;
  throw new Failure(
    `There are no credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a --profile, or name the --data directory of a server on this machine (${dataDirectory(values)} holds none that can be read).`,
  );
}

/** The server that a command asks, which must be there, and as whom. */
export type AskedServer = { readonly endpoint: string; readonly region: string | undefined; readonly credentials: Credentials };

export async function askedServer(values: ClientValues, environment: Environment): Promise<AskedServer> {
  const target = await sendingTarget(values, environment);
  const credentials = requireCredentials(target, values);
  const endpoint = target.place === 'here' ? localEndpoint(environment) : target.place.url;
  if (endpoint === undefined) throw new Failure('Name the server with --endpoint-url.');
  return { endpoint, region: target.region, credentials };
}

export function noServerAt(endpoint: string, cause: unknown): Failure {
  return new Failure(`No server answers at ${endpoint}. Start one with \`latchkey serve\`, or name another with --endpoint-url.`, {
    cause,
  });
}

/** Root credentials are only ever used with an address of this machine. */
async function localCredentials(place: ClientTarget['place'], values: ClientValues): Promise<Credentials | undefined> {
  if (place === 'aws' || (place !== 'here' && !isLoopback(place.url))) return undefined;
  return readRootCredentials(dataDirectory(values));
}

/** Whether a URL can only lead to this machine. */
export function isLoopback(url: string): boolean {
  return /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname);
}

function dataDirectory({ data }: ClientValues): string {
  return resolve(data ?? 'data');
}

function styleOf(text: string | undefined): ClientTarget['style'] {
  if (text === undefined || text === 'path' || text === 'virtual') return text;
  throw wrongUsage(`--style is path or virtual, not "${text}".`);
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Failure(`${path} can not be read.`, { cause: error });
  }
}
