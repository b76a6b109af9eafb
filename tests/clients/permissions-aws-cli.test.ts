/** What becomes of pre-signed URLs when the AWS CLI changes what their signer may do. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { presign } from '@latchkey/sigv4';
import { beforeAll, describe, expect } from 'vitest';
import { AWS_PROGRAMS, awsCli } from '../support/aws-cli.ts';
import { installedVersions } from '../support/installed-versions.ts';
import { needs } from '../support/programs.ts';
import { serveForThisFile } from '../support/served.ts';

type Key = { readonly AccessKeyId: string; readonly SecretAccessKey: string; readonly SessionToken?: string };
type Statement = Readonly<Record<string, unknown>>;

/** Every version gets a server of its own, so that all of them can name their users alike. */
const versions = await Promise.all(
  installedVersions(AWS_PROGRAMS, ['--version']).map(async (installed) => ({ ...installed, store: await serveForThisFile() })),
);

describe.each(versions)('permissions at the moment of use ($name)', ({ program, store }) => {
  const aws = awsCli(program, store);
  const test = needs(program);
  const bucket = 'permissions';
  const file = join(store.scratch, 'file.txt');
  const config = join(store.scratch, 'aws-config');
  const iam = (command: string, ...parameters: readonly string[]) => aws.json(['iam', command, ...parameters]);
  const statement = (Effect: string, Action: string, more: Statement = {}): Statement => ({
    Effect,
    Action,
    Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
    ...more,
  });
  const policy = (...statements: readonly Statement[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
  const READ = policy(statement('Allow', 's3:GetObject'));
  const putPolicy = (user: string, document: string) =>
    aws(['iam', 'put-user-policy', '--user-name', user, '--policy-name', 'own', '--policy-document', document]);
  const environmentOf = ({ AccessKeyId, SecretAccessKey, SessionToken }: Key) => ({
    AWS_ACCESS_KEY_ID: AccessKeyId,
    AWS_SECRET_ACCESS_KEY: SecretAccessKey,
    ...(SessionToken !== undefined && { AWS_SESSION_TOKEN: SessionToken }),
    // The older generation signs URLs with SigV2 unless it is told, which says neither when it signed nor has a Deny on its age to fear.
    AWS_CONFIG_FILE: config,
  });
  const signedBy = async (key: Key, name = 'file') =>
    (await aws(['s3', 'presign', `s3://${bucket}/${name}`], undefined, environmentOf(key))).trim();
  const status = async (url: string, method = 'GET', body?: string) =>
    (await fetch(url, { method, ...(body !== undefined && { body }) })).status;

  async function newUser(name: string, document?: string): Promise<Key> {
    await iam('create-user', '--user-name', name);
    if (document !== undefined) await putPolicy(name, document);
    return ((await iam('create-access-key', '--user-name', name)) as { AccessKey: Key }).AccessKey;
  }

  beforeAll(async () => {
    await aws.json(['s3api', 'create-bucket', '--bucket', bucket]);
    await writeFile(file, 'content');
    await writeFile(config, '[default]\ns3 =\n  signature_version = s3v4\n');
    for (const key of ['file', 'short-lived']) await aws.json(['s3api', 'put-object', '--bucket', bucket, '--key', key, '--body', file]);
  });

  test('a read-only user’s pre-signed PUT is refused, and so is the user’s own', async () => {
    const key = await newUser('reader', READ);
    expect(await status(await signedBy(key))).toBe(200);
    // `aws s3 presign` makes URLs for GET alone.
    const credentials = { accessKeyId: key.AccessKeyId, secretAccessKey: key.SecretAccessKey };
    const upload = presign({
      method: 'PUT',
      bucket,
      key: 'new',
      region: store.region,
      endpoint: store.endpoint,
      credentials,
      expiresIn: '5m',
    });
    expect(await status(upload.url, 'PUT', 'x')).toBe(403);
    const own = aws(['s3api', 'put-object', '--bucket', bucket, '--key', 'new', '--body', file], undefined, environmentOf(key));
    await expect(own).rejects.toThrow('(AccessDenied)');
    expect(await aws.refused(['s3api', 'head-object', '--bucket', bucket, '--key', 'new'])).toContain('(404)');
  });

  test('a URL of a user without access fails, begins to work when a policy grants it, and stops when that is taken away', async () => {
    const url = await signedBy(await newUser('late'));
    expect(await status(url)).toBe(403);
    await putPolicy('late', READ);
    expect(await status(url)).toBe(200);
    await aws(['iam', 'delete-user-policy', '--user-name', 'late', '--policy-name', 'own']);
    expect(await status(url)).toBe(403);
  });

  test('deactivating the access key, deleting the user and deleting the object each end the URL', async () => {
    const key = await newUser('leaver', READ);
    const url = await signedBy(key);
    const named = ['--user-name', 'leaver', '--access-key-id', key.AccessKeyId];
    await aws(['iam', 'update-access-key', ...named, '--status', 'Inactive']);
    expect(await status(url)).toBe(403);
    await aws(['iam', 'update-access-key', ...named, '--status', 'Active']);
    expect(await status(url)).toBe(200);
    await aws(['iam', 'delete-user-policy', '--user-name', 'leaver', '--policy-name', 'own']);
    await aws(['iam', 'delete-access-key', ...named]);
    await aws(['iam', 'delete-user', '--user-name', 'leaver']);
    expect(await status(url)).toBe(403);

    const lister = await newUser('lister', policy(statement('Allow', 's3:*')));
    const gone = await signedBy(lister, 'short-lived');
    expect(await status(gone)).toBe(200);
    await aws(['s3api', 'delete-object', '--bucket', bucket, '--key', 'short-lived']);
    expect(await status(gone)).toBe(404);
  });

  test('a role session’s URL carries its token and ends with the session; a session policy never widens it', async () => {
    const starter = await newUser('starter');
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' },
    });
    const { Role: role } = (await iam('create-role', '--role-name', 'photographer', '--assume-role-policy-document', trust)) as {
      Role: { Arn: string };
    };
    await aws(['iam', 'put-role-policy', '--role-name', 'photographer', '--policy-name', 'own', '--policy-document', READ]);
    const assume = async (...more: readonly string[]) => {
      const parameters = ['sts', 'assume-role', '--role-arn', role.Arn, '--role-session-name', 'cli', ...more, '--output', 'json'];
      return (JSON.parse(await aws(parameters, undefined, environmentOf(starter))) as { Credentials: Key }).Credentials;
    };
    const url = await signedBy(await assume('--duration-seconds', '900'));
    expect(url).toContain('X-Amz-Security-Token=');
    expect(await status(url)).toBe(200);

    const wide = await assume('--policy', policy({ Effect: 'Allow', Action: '*', Resource: '*' }));
    expect(await status(await signedBy(wide))).toBe(200);
    const write = aws(['s3api', 'put-object', '--bucket', bucket, '--key', 'new', '--body', file], undefined, environmentOf(wide));
    await expect(write).rejects.toThrow('(AccessDenied)');
    expect(await status(await signedBy(await assume('--policy', policy(statement('Allow', 's3:PutObject')))))).toBe(403);

    const named = ['--user-name', 'starter', '--access-key-id', starter.AccessKeyId];
    await aws(['iam', 'update-access-key', ...named, '--status', 'Inactive']);
    expect(await status(url)).toBe(403);
    await aws(['iam', 'update-access-key', ...named, '--status', 'Active']);
    expect(await status(url)).toBe(200);
    await aws(['iam', 'delete-role-policy', '--role-name', 'photographer', '--policy-name', 'own']);
    await aws(['iam', 'delete-role', '--role-name', 'photographer']);
    expect(await status(url)).toBe(403);
  });

  test('a Deny on s3:authType, s3:signatureversion, aws:SourceIp or s3:signatureAge bites what is pre-signed and nothing else', async () => {
    const presigned = { 's3:authType': 'REST-QUERY-STRING' };
    const conditions: readonly Statement[] = [
      { StringEquals: presigned },
      { StringEquals: { ...presigned, 's3:signatureversion': 'AWS4-HMAC-SHA256' } },
      { StringEquals: presigned, NotIpAddress: { 'aws:SourceIp': '198.51.100.0/24' } },
      { NumericGreaterThan: { 's3:signatureAge': '1500' } },
    ];
    const key = await newUser('denied', policy(statement('Allow', 's3:*')));
    const url = await signedBy(key);
    expect(await status(url)).toBe(200);
    for (const Condition of conditions) {
      await putPolicy('denied', policy(statement('Allow', 's3:*'), statement('Deny', 's3:*', { Condition })));
      // Only the last of them waits for anything: for the URL to be that old.
      await expect.poll(() => status(url), { timeout: 30_000, interval: 300 }).toBe(403);
      const download = ['s3api', 'get-object', '--bucket', bucket, '--key', 'file', join(store.scratch, 'downloaded')];
      expect(await aws(download, undefined, environmentOf(key))).toContain('ContentLength');
    }
  });
});
