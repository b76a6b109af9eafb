import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from './environment.ts';
import { Failure, wrongUsage } from './failure.ts';
import { parseIni, type Section } from './ini.ts';

/** What the flags, the environment and `~/.aws` say about whom to ask, and as whom. */
export type Profile = {
  readonly credentials: Credentials | undefined;
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  readonly style: 'path' | 'virtual' | undefined;
};
export type Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };

export type ProfileFlags = { readonly profile?: string; readonly region?: string; readonly 'endpoint-url'?: string };
/** Reads a file as text; undefined where there is none. */
export type ReadText = (path: string) => Promise<string | undefined>;

/**
 * Finds credentials, region and endpoint in the places and in the order in which the AWS CLI looks: flags, `AWS_*` variables, the
 * profile's sections of `~/.aws/credentials` and `~/.aws/config` (with `services` sections and `credential_process`).
 * With `--profile`, credentials in the environment are left aside, as the AWS CLI does.
 */
export async function findProfile(flags: ProfileFlags, environment: Environment, readText: ReadText): Promise<Profile> {
  const files = await readFiles(environment, readText);
  const name = flags.profile ?? environment.AWS_PROFILE ?? environment.AWS_DEFAULT_PROFILE ?? 'default';
  const settings = files.config.get(name === 'default' && !files.config.has('profile default') ? 'default' : `profile ${name}`);
  const secrets = files.credentials.get(name);
  if (settings === undefined && secrets === undefined && name !== 'default') {
    throw wrongUsage(`There is no profile ${name} in ${files.credentialsPath} or ${files.configPath}.`);
  }
  return {
    credentials: (flags.profile === undefined ? fromVariables(environment) : undefined) ?? (await fromFiles(name, secrets, settings)),
    region: flags.region ?? text(environment.AWS_REGION) ?? text(environment.AWS_DEFAULT_REGION) ?? text(settings?.values.region),
    endpoint: endpointOf(flags, environment, settings, files.config),
    style: styleOf(settings),
  };
}

type Files = {
  readonly credentials: ReadonlyMap<string, Section>;
  readonly credentialsPath: string;
  readonly config: ReadonlyMap<string, Section>;
  readonly configPath: string;
};

async function readFiles(environment: Environment, readText: ReadText): Promise<Files> {
  const home = text(environment.HOME) ?? text(environment.USERPROFILE) ?? homedir();
  const expand = (path: string) => (path.startsWith('~/') ? join(home, path.slice(2)) : path);
  const credentialsPath = expand(text(environment.AWS_SHARED_CREDENTIALS_FILE) ?? '~/.aws/credentials');
  const configPath = expand(text(environment.AWS_CONFIG_FILE) ?? '~/.aws/config');
  const [credentials, config] = await Promise.all([readText(credentialsPath), readText(configPath)]);
  return { credentials: parseIni(credentials ?? ''), credentialsPath, config: parseIni(config ?? ''), configPath };
}

function fromVariables(environment: Environment): Credentials | undefined {
  return credentialsFrom(
    environment.AWS_ACCESS_KEY_ID,
    environment.AWS_SECRET_ACCESS_KEY,
    text(environment.AWS_SESSION_TOKEN) ?? environment.AWS_SECURITY_TOKEN,
    'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  );
}

async function fromFiles(name: string, secrets: Section | undefined, settings: Section | undefined): Promise<Credentials | undefined> {
  for (const section of [secrets, settings]) {
    const { aws_access_key_id: id, aws_secret_access_key: secret, aws_session_token: token } = section?.values ?? {};
    const found = credentialsFrom(id, secret, token, `aws_access_key_id and aws_secret_access_key of profile ${name}`);
    if (found) return found;
  }
  const process = text(secrets?.values.credential_process) ?? text(settings?.values.credential_process);
  if (process) return fromProcess(process, name);
  const indirect = ['role_arn', 'sso_session', 'sso_start_url', 'web_identity_token_file'].find((key) => settings?.values[key]);
  if (indirect) {
    throw new Failure(
      `Profile ${name} gets its credentials online (${indirect}). Fetch them first: eval "$(aws configure export-credentials --profile ${name} --format env)"`,
    );
  }
  return undefined;
}

/** A program that prints credentials as JSON, as `credential_process` has it: https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html */
async function fromProcess(command: string, name: string): Promise<Credentials> {
  try {
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', command]);
    const answer = JSON.parse(stdout) as { AccessKeyId?: string; SecretAccessKey?: string; SessionToken?: string };
    const found = credentialsFrom(answer.AccessKeyId, answer.SecretAccessKey, answer.SessionToken, 'AccessKeyId and SecretAccessKey');
    if (found) return found;
  } catch (cause) {
    throw new Failure(`The credential_process of profile ${name} failed.`, { cause });
  }
  throw new Failure(`The credential_process of profile ${name} printed no credentials.`);
}

function credentialsFrom(
  id: string | undefined,
  secret: string | undefined,
  token: string | undefined,
  names: string,
): Credentials | undefined {
  const accessKeyId = text(id);
  const secretAccessKey = text(secret);
  const sessionToken = text(token);
  if (!accessKeyId && !secretAccessKey) return undefined;
  if (!accessKeyId || !secretAccessKey) throw new Failure(`Only one of ${names} is set.`);
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}

function endpointOf(
  flags: ProfileFlags,
  environment: Environment,
  settings: Section | undefined,
  config: ReadonlyMap<string, Section>,
): string | undefined {
  const services = config.get(`services ${settings?.values.services}`);
  const isIgnored = [environment.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS, settings?.values.ignore_configured_endpoint_urls].some(
    (value) => value?.toLowerCase() === 'true',
  );
  const configured = [
    environment.AWS_ENDPOINT_URL_S3,
    environment.AWS_ENDPOINT_URL,
    services?.nested.s3?.endpoint_url,
    settings?.values.endpoint_url,
  ];
  const found = text(flags['endpoint-url']) ?? (isIgnored ? undefined : configured.map(text).find((url) => url !== undefined));
  if (found !== undefined && !/^https?:\/\/[^/]/i.test(found))
    throw wrongUsage(`An endpoint is a URL such as http://127.0.0.1:9000, not "${found}".`);
  return found;
}

function styleOf(settings: Section | undefined): Profile['style'] {
  const style = settings?.nested.s3?.addressing_style;
  return style === 'path' || style === 'virtual' ? style : undefined;
}

/** An empty variable counts as one that is not set. */
function text(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
