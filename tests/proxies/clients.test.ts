/** The clients that people have, with the public URL as their endpoint and nothing else. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { AWS_PROGRAMS } from '../support/aws-cli.ts';
import { installedVersions } from '../support/installed-versions.ts';
import { needs } from '../support/programs.ts';
import { type Proxied, proxied } from '../support/proxied.ts';
import { PROXIES } from '../support/proxy-programs.ts';
import { runProgram } from '../support/run-program.ts';
import { digestOfFile, MIB, writeSample } from '../support/sample-bytes.ts';
import { REGION, ROOT } from '../support/test-server.ts';

const PYTHONS = installedVersions(['/usr/bin/python3', 'python3'], ['-c', 'import boto3; print("boto3", boto3.__version__)']);
const CLIS = installedVersions(AWS_PROGRAMS, ['--version']);

describe.each(PROXIES)('%s as documented', (program) => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-proxies-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  describe.each(['host', 'path'] as const)('%s', (place) => {
    const at = proxied({ program, place, tls: true });
    for (const { name, program: python } of PYTHONS) {
      needs(
        program,
        'openssl',
        name.startsWith('boto3') ? python : 'boto3',
      )(`${name}: objects, parts, pre-signed URLs and forms`, async () => {
        const script = fileURLToPath(new URL('programs/through-proxy.py', import.meta.url));
        const env = { ...environment(at(), folder), ENDPOINT: at().publicUrl, PYTHONWARNINGS: 'ignore', PYTHONDONTWRITEBYTECODE: '1' };
        await runProgram(python, [script, name.replaceAll(/[^a-z0-9]/g, '-')], { env, cwd: folder });
      });
    }
  });

  describe('path', () => {
    const at = proxied({ program, place: 'path', tls: true });
    for (const { name, program: aws } of CLIS) {
      needs(
        program,
        'openssl',
        aws,
      )(`${name}: mb, sync, presign`, async () => {
        const [here, back] = [join(folder, name.replace('/', '-')), join(folder, `${name.replace('/', '-')}-back`)];
        const bucket = `s3://${name.replaceAll(/[^a-z0-9]/g, '-')}`;
        const run = (...parameters: readonly string[]) =>
          runProgram(aws, [...parameters, '--endpoint-url', at().publicUrl], { env: environment(at(), folder), cwd: folder });
        await mkdir(here);
        await writeFile(join(here, 'two words + ü.txt'), 'hello');
        await writeSample(join(here, 'large'), 20 * MIB);
        await run('s3', 'mb', bucket);
        await run('s3', 'sync', '--no-progress', here, `${bucket}/a folder`);
        await run('s3', 'sync', '--no-progress', bucket, back);
        expect(await readFile(join(back, 'a folder/two words + ü.txt'), 'utf8')).toBe('hello');
        expect(await digestOfFile(join(back, 'a folder/large'))).toBe(await digestOfFile(join(here, 'large')));

        const url = new URL((await run('s3', 'presign', `${bucket}/a folder/two words + ü.txt`)).trim());
        expect(url.href.startsWith(`${at().publicUrl}/`)).toBe(true);
        const got = await at().send({ method: 'GET', target: url.pathname + url.search, headers: [['Host', url.host]] });
        expect([got.status, got.text]).toEqual([200, 'hello']);
      });
    }
  });
});

/** Nothing of this machine's own configuration. */
function environment({ certificate }: Proxied, home: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: home,
    LANG: 'C.UTF-8',
    PYENV_VERSION: process.env.PYENV_VERSION,
    AWS_ACCESS_KEY_ID: ROOT.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ROOT.secretAccessKey,
    AWS_DEFAULT_REGION: REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
    AWS_CA_BUNDLE: certificate?.certFile,
    SSL_CERT_FILE: certificate?.certFile,
  };
}
