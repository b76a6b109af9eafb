import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseTarget, verify } from '@latchkey/sigv4';
import { describe, expect, it } from 'vitest';
import { inTemporaryDirectory, latchkey } from '../support/latchkey-command.ts';

const environment = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  AWS_REGION: 'us-east-1',
};
const presign = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
  latchkey(['presign', ...args], { environment: { ...environment, ...more } });
const presignJson = async (...args: string[]) =>
  JSON.parse((await presign([...args, '--json'])).stdout) as Record<string, never> & { url: string };
const queryOf = (url: string) => Object.fromEntries(new URL(url).searchParams);

/** What a server says to the URL printed, sent as a PUT. */
async function outcome(url: string, contentLength = '1'): Promise<string> {
  const target = parseTarget(url.trim().replace('https://b-1.s3.amazonaws.com', ''));
  if ('problem' in target) throw new Error(target.problem);
  const headers = [
    ['host', 'b-1.s3.amazonaws.com'],
    ['content-length', contentLength],
  ] as const;
  const rules = { now: new Date(), region: 'us-east-1', service: 's3', sigv2: false };
  const verdict = await verify({ method: 'PUT', target, headers }, rules, () => ({ secretAccessKey: environment.AWS_SECRET_ACCESS_KEY }));
  return verdict.kind === 'refused' ? verdict.refusal.kind : verdict.kind;
}

describe('latchkey presign', () => {
  it('prints a bare URL for AWS that works for an hour', async () => {
    const { status, stdout } = await presign(['s3://photos/a b/cat+1.jpg']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^https:\/\/photos\.s3\.amazonaws\.com\/a%20b\/cat%2B1\.jpg\?[^\s]+\n$/);
    expect(queryOf(stdout)).toMatchObject({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Expires': '3600',
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Credential': expect.stringMatching(/^AKIAIOSFODNN7EXAMPLE\/\d{8}\/us-east-1\/s3\/aws4_request$/),
    });
  });
  it.each([
    ['900', '900'],
    ['15m', '900'],
    ['12h', '43200'],
    ['7d', '604800'],
  ])('reads --expires-in %s', async (text, seconds) => {
    expect(queryOf((await presign(['s3://b-1/k', '--expires-in', text])).stdout)['X-Amz-Expires']).toBe(seconds);
  });
  it.each(['0', '-5', '1.5', '8d', '604801', 'soon', ''])('refuses --expires-in "%s" with status 2 and a sentence', async (text) => {
    const { status, stdout, stderr } = await presign(['s3://b-1/k', `--expires-in=${text}`]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^latchkey: .*expires/i);
  });
  it('signs for the endpoint of the flag, the environment or a profile', async () => {
    expect((await presign(['s3://b-1/k', '--endpoint-url', 'http://127.0.0.1:9000'])).stdout).toMatch(
      /^http:\/\/127\.0\.0\.1:9000\/b-1\/k\?/,
    );
    expect((await presign(['s3://b-1/k'], { AWS_ENDPOINT_URL_S3: 'http://env.test' })).stdout).toMatch(/^http:\/\/env\.test\/b-1\/k\?/);
    await inTemporaryDirectory(async (home) => {
      await mkdir(join(home, '.aws'));
      await writeFile(
        join(home, '.aws/credentials'),
        '[ceph]\naws_access_key_id = CEPH\naws_secret_access_key = ceph-secret\naws_session_token = tok/en\n',
      );
      await writeFile(join(home, '.aws/config'), '[profile ceph]\nregion = eu-test-1\nendpoint_url = https://ceph.test/base\n');
      const { stdout } = await latchkey(['presign', 's3://b-1/k', '--profile', 'ceph'], { environment: { HOME: home } });
      expect(stdout).toMatch(/^https:\/\/ceph\.test\/base\/b-1\/k\?/);
      expect(queryOf(stdout)).toMatchObject({
        'X-Amz-Credential': expect.stringMatching(/^CEPH\/\d{8}\/eu-test-1\//),
        'X-Amz-Security-Token': 'tok/en',
      });
    });
  });
  it('signs for the server on this machine where nothing is configured and its data directory is here', async () => {
    await inTemporaryDirectory(async (cwd) => {
      await mkdir(join(cwd, 'data'));
      await writeFile(
        join(cwd, 'data/root-credentials.json'),
        '{"accessKeyId":"LKROOTAAAAAAAAAAAAAA","secretAccessKey":"0123456789abcdef"}',
      );
      const { stdout, stderr } = await latchkey(['presign', 's3://b-1/k'], { cwd });
      expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:9000\/b-1\/k\?.*LKROOTAAAAAAAAAAAAAA/);
      expect(stderr).toContain('Signing for the server on this machine');
    });
  });
  it('says where it looked where there are no credentials, with status 1', async () => {
    const { status, stdout, stderr } = await latchkey(['presign', 's3://b-1/k']);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('There are no credentials. Set AWS_ACCESS_KEY_ID');
  });
  it('prints JSON with what must be sent', async () => {
    const args = ['s3://b-1/k', '--method', 'PUT', '--content-type', 'text/plain', '--content-length', '5', '--header', 'x-amz-meta-a: b'];
    expect(await presignJson(...args)).toEqual({
      url: expect.stringContaining('X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost%3Bx-amz-meta-a'),
      method: 'PUT',
      headers: { 'content-type': 'text/plain', 'content-length': '5', 'x-amz-meta-a': 'b' },
      expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*Z$/),
      bucket: 'b-1',
      key: 'k',
    });
  });
  it('signs terms into a URL, and says in one sentence who holds to them', async () => {
    const { status, stdout, stderr } = await presign([
      ...['s3://b-1/k', '--method', 'PUT', '--max-uses', '3', '--from', '192.0.2.0/24', '--from', '2001:db8::1'],
      ...['--min-size', '5', '--max-size', '10MB', '--content-types', 'image/*,application/pdf', '--no-overwrite'],
    ]);
    expect(status).toBe(0);
    expect(queryOf(stdout)).toMatchObject({
      'X-Latchkey-Max-Uses': '3',
      'X-Latchkey-Source-Ip': '192.0.2.0/24,2001:db8::1',
      'X-Latchkey-Min-Size': '5',
      'X-Latchkey-Max-Size': '10000000',
      'X-Latchkey-Content-Types': 'image/*,application/pdf',
      'X-Latchkey-No-Overwrite': 'true',
    });
    expect(stderr).toBe(
      'A Latchkey server holds the URL to --max-uses, --from, --min-size, --max-size, --content-types, --no-overwrite; any other S3 ignores what it does not know.\n',
    );
    expect(await outcome(stdout)).toBe('verified');
    expect(await outcome(stdout.replace('Max-Size=10000000', 'Max-Size=99000000'))).toBe('signature-mismatch');
    expect(await outcome(stdout.replace('&X-Latchkey-No-Overwrite=true', ''))).toBe('signature-mismatch');
  });
  it.each([
    ['--max-uses', '0', 'GET'],
    ['--max-uses', 'many', 'GET'],
    ['--max-uses', '1', 'DELETE'],
    ['--from', '192.0.2.0/33', 'GET'],
    ['--from', 'example.com', 'GET'],
    ['--from', '192.0.2.1', 'POST'],
    ['--content-types', 'image', 'PUT'],
    ['--content-types', 'image/*', 'GET'],
  ])('refuses %s %s for %s with status 2 and a sentence that names the flag', async (flag, value, method) => {
    const { status, stdout, stderr } = await presign(['s3://b-1/k', '--method', method, flag, value]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(flag);
  });
  it('pins the size of an upload by PUT, and says nothing of terms', async () => {
    const { stdout, stderr } = await presign(['s3://b-1/k', '--method', 'PUT', '--content-length', '5']);
    expect(queryOf(stdout)).toMatchObject({ 'X-Amz-SignedHeaders': 'content-length;host' });
    expect(queryOf(stdout)).not.toHaveProperty('X-Latchkey-Max-Size');
    expect(stderr).toBe('Must be sent with it: content-length: 5\n');
    expect(await outcome(stdout, '5')).toBe('verified');
    expect(await outcome(stdout, '6')).toBe('signature-mismatch');
  });
  it.each(['GET', 'HEAD', 'PUT', 'DELETE'])('signs %s', async (method) => {
    expect(await presignJson('s3://b-1/k', '--method', method.toLowerCase())).toMatchObject({
      method,
      url: expect.stringContaining('X-Amz-Signature='),
    });
  });
  it('puts the download name, the version and further parameters into the query', async () => {
    const { url } = await presignJson('s3://b-1/k', '--download-as', 'résumé.pdf', '--version-id', 'v1');
    expect(queryOf(url)).toMatchObject({
      versionId: 'v1',
      'response-content-disposition': expect.stringContaining("filename*=UTF-8''r%C3%A9sum%C3%A9.pdf"),
    });
    const part = await presignJson('s3://b-1/k', '--method', 'PUT', '--query', 'partNumber=2', '--query', 'uploadId=abc');
    expect(queryOf(part.url)).toMatchObject({ partNumber: '2', uploadId: 'abc' });
  });
  it('makes a form with the limits asked for', async () => {
    const form = await presignJson('s3://b-1/in/', '--method', 'POST', '--max-size', '10MB', '--content-type', 'image/png');
    expect(form).toMatchObject({ method: 'POST', url: 'https://b-1.s3.amazonaws.com/', bucket: 'b-1', key: 'in/' });
    const { fields } = form as unknown as { fields: Record<string, string> };
    const policy = JSON.parse(Buffer.from(fields.policy ?? fields.Policy ?? '', 'base64').toString()) as { conditions: unknown[] };
    expect(policy.conditions).toContainEqual(['content-length-range', expect.any(Number), 10_000_000]);
    expect(fields.key).toMatch(/^in\/\$\{filename\}$/);
  });
  it('prints a form as its address and one field a line', async () => {
    const lines = (await presign(['s3://b-1/k', '--method', 'POST'])).stdout.trimEnd().split('\n');
    expect(lines[0]).toBe('https://b-1.s3.amazonaws.com/');
    expect(lines.slice(1)).toContain('key=k');
  });
  it('loads the signing library and nothing else of ours, so that it starts at once', async () => {
    await inTemporaryDirectory(async (coverage) => {
      await presign(['s3://b-1/k'], { NODE_V8_COVERAGE: coverage });
      const files = await readdir(coverage);
      const reports = await Promise.all(
        files.map(async (file) => JSON.parse(await readFile(join(coverage, file), 'utf8')) as { result: { url: string }[] }),
      );
      const loaded = reports.flatMap(({ result }) => result.map(({ url }) => url)).filter((url) => url.startsWith('file:'));
      expect(loaded.filter((url) => /\/(sigv4|latchkey)\/dist\//.test(url)).length).toBeGreaterThan(10);
      expect(loaded.filter((url) => !/\/(sigv4\/dist|latchkey\/(dist|bin))\//.test(url))).toEqual([]);
      expect(loaded.filter((url) => /serve|share|explain|server/.test(url.replace(/^.*\/dist\//, '')))).toEqual([]);
    });
  });
  it('refuses a flag that the method would ignore', async () => {
    const { status, stderr } = await presign(['s3://b-1/k', '--method', 'HEAD', '--min-size', '5']);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining('--min-size means nothing for HEAD; it is for PUT, POST.'),
    });
    const read = await presign(['s3://b-1/k', '--max-size', '5']);
    expect({ status: read.status, stderr: read.stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining('--max-size means nothing for GET; it is for PUT, POST.'),
    });
  });
  it('shows a QR code on stderr and keeps stdout for the URL', async () => {
    const { stdout, stderr } = await presign(['s3://b-1/k', '--qr']);
    expect(stdout).toMatch(/^https:\/\/\S+\n$/);
    expect(stderr).toContain('▄▄▄▄▄');
    expect(stderr).not.toContain('\u001b[');
  });
  it.each([[[]], [['photos/cat']], [['s3://photos']], [['s3://a/b', 's3://c/d']]])('refuses %j as an object', async (args) => {
    expect((await presign(args)).status).toBe(2);
  });
});
