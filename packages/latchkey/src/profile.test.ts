import { describe, expect, it } from 'vitest';
import type { Environment } from './environment.ts';
import { findProfile, type ProfileFlags } from './profile.ts';

const credentialsFile = `
[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = secretdefault
[dev]
aws_access_key_id = AKIADEV
aws_secret_access_key = secretdev
aws_session_token = tokendev
`;
const configFile = `
[default]
region = eu-west-1
[profile dev]
region = us-east-2
endpoint_url = http://general.test
services = local
s3 =
  addressing_style = path
[profile plain]
endpoint_url = http://plain.test
[profile role]
role_arn = arn:aws:iam::123456789012:role/x
source_profile = default
[profile process]
credential_process = printf '%s' '{"Version":1,"AccessKeyId":"AKIAPROC","SecretAccessKey":"secretproc"}'
[profile half]
aws_access_key_id = AKIAHALF
[services local]
s3 =
  endpoint_url = http://s3.test:9000
`;
const home = { HOME: '/home/me' };
const files: Readonly<Record<string, string>> = {
  '/home/me/.aws/credentials': credentialsFile,
  '/home/me/.aws/config': configFile,
  '/elsewhere/credentials': '[default]\naws_access_key_id = AKIAELSE\naws_secret_access_key = secretelse\n',
};
const find = (flags: ProfileFlags, environment: Environment = {}) =>
  findProfile(flags, { ...home, ...environment }, async (path) => files[path]);

describe('findProfile', () => {
  it('reads the default profile where nothing else is said', async () => {
    expect(await find({})).toEqual({
      credentials: { accessKeyId: 'AKIADEFAULT', secretAccessKey: 'secretdefault' },
      region: 'eu-west-1',
      endpoint: undefined,
      style: undefined,
    });
  });
  it('reads a named profile with its session token, services section and addressing style', async () => {
    expect(await find({ profile: 'dev' })).toEqual({
      credentials: { accessKeyId: 'AKIADEV', secretAccessKey: 'secretdev', sessionToken: 'tokendev' },
      region: 'us-east-2',
      endpoint: 'http://s3.test:9000',
      style: 'path',
    });
    expect((await find({}, { AWS_PROFILE: 'dev' })).region).toBe('us-east-2');
  });
  it('puts credentials in the environment before those of AWS_PROFILE, and those of --profile before them', async () => {
    const environment = { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'secretenv', AWS_SESSION_TOKEN: 't', AWS_PROFILE: 'dev' };
    expect((await find({}, environment)).credentials).toEqual({ accessKeyId: 'AKIAENV', secretAccessKey: 'secretenv', sessionToken: 't' });
    expect((await find({ profile: 'dev' }, environment)).credentials?.accessKeyId).toBe('AKIADEV');
  });
  it('takes the region from the flag, AWS_REGION, AWS_DEFAULT_REGION and the profile, in that order', async () => {
    const environment = { AWS_REGION: 'r1', AWS_DEFAULT_REGION: 'r2' };
    expect((await find({ region: 'r0' }, environment)).region).toBe('r0');
    expect((await find({}, environment)).region).toBe('r1');
    expect((await find({}, { AWS_REGION: '', AWS_DEFAULT_REGION: 'r2' })).region).toBe('r2');
  });
  it('takes the endpoint from the flag, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, the services section and the profile, in that order', async () => {
    const both = { AWS_ENDPOINT_URL_S3: 'http://s3.env', AWS_ENDPOINT_URL: 'http://env' };
    expect((await find({ profile: 'dev', 'endpoint-url': 'http://flag' }, both)).endpoint).toBe('http://flag');
    expect((await find({ profile: 'dev' }, both)).endpoint).toBe('http://s3.env');
    expect((await find({ profile: 'dev' }, { AWS_ENDPOINT_URL: 'http://env' })).endpoint).toBe('http://env');
    expect((await find({ profile: 'plain' })).endpoint).toBe('http://plain.test');
  });
  it('leaves configured endpoints aside when AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true', async () => {
    const environment = { AWS_ENDPOINT_URL: 'http://env', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' };
    expect((await find({ profile: 'dev' }, environment)).endpoint).toBeUndefined();
    expect((await find({ 'endpoint-url': 'http://flag' }, environment)).endpoint).toBe('http://flag');
  });
  it('reads the files that AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE name', async () => {
    const environment = { AWS_SHARED_CREDENTIALS_FILE: '/elsewhere/credentials', AWS_CONFIG_FILE: '/nowhere' };
    expect(await find({}, environment)).toMatchObject({ credentials: { accessKeyId: 'AKIAELSE' }, region: undefined });
  });
  it('runs a credential_process', async () => {
    expect((await find({ profile: 'process' })).credentials).toEqual({ accessKeyId: 'AKIAPROC', secretAccessKey: 'secretproc' });
  });
  it('has no credentials where there are no files', async () => {
    expect((await findProfile({}, home, async () => undefined)).credentials).toBeUndefined();
  });
  it('says so when a profile does not exist', async () => {
    await expect(find({ profile: 'nobody' })).rejects.toThrow(
      'There is no profile nobody in /home/me/.aws/credentials or /home/me/.aws/config.',
    );
  });
  it('says how to get the credentials of a role', async () => {
    await expect(find({ profile: 'role' })).rejects.toThrow('aws configure export-credentials --profile role');
  });
  it('says so when half of the credentials is missing', async () => {
    await expect(find({}, { AWS_ACCESS_KEY_ID: 'AKIA' })).rejects.toThrow(
      'Only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set.',
    );
    await expect(find({ profile: 'half' })).rejects.toThrow('of profile half is set.');
  });
  it('refuses an endpoint that is no URL', async () => {
    await expect(find({ 'endpoint-url': 'localhost:9000' })).rejects.toThrow('An endpoint is a URL such as http://127.0.0.1:9000');
  });
});
