import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { installedVersions } from '../support/installed-versions.ts';
import { needs } from '../support/programs.ts';
import { runProgram } from '../support/run-program.ts';
import { type Served, serveForThisFile } from '../support/served.ts';

/** Debian's, which is of the generation without default checksums, and the one people have on their PATH. */
const PYTHONS = installedVersions(['/usr/bin/python3', 'python3'], ['-c', 'import boto3; print("boto3", boto3.__version__)']);

/** Every Python gets a server of its own, so that the programs can name their buckets as tutorials do. */
const versions = await Promise.all(PYTHONS.map(async (python) => ({ ...python, store: await serveForThisFile() })));

describe.each(versions)('$name', ({ name, program, store }) => {
  // Where boto3 is missing the name is that of the program alone, and it is boto3 that is needed.
  const test = needs(name.startsWith('boto3') ? program : 'boto3');
  const python = (file: string, ...parameters: readonly string[]) => runPython(program, store, file, parameters);

  test('pre-signed URLs of the tutorials, unconfigured (SigV2) and with s3v4, work with fetch', async () => {
    const urls = JSON.parse(await python('presigned-url-tutorial.py')) as Record<'default' | 's3v4', Record<string, string>>;
    expect(urls.default.get).toMatch(/[?&]Signature=.*Expires=/);
    expect(urls.s3v4.get).toContain('X-Amz-Algorithm=AWS4-HMAC-SHA256');
    for (const [kind, { get, named, put, head, list, delete: remove, brief }] of Object.entries(urls)) {
      expect(await contentOf(get!)).toEqual([200, `from ${kind}`]);
      const reply = await fetch(named!);
      expect(reply.headers.get('content-disposition')).toBe('attachment; filename="my report.txt"');
      expect([reply.headers.get('content-type'), await reply.text()]).toEqual(['text/csv', `from ${kind}`]);
      // As bytes: a string would bring a Content-Type of fetch's own, which a SigV2 signature does not cover.
      expect(await contentOf(put!, { method: 'PUT', body: new TextEncoder().encode('mine') })).toEqual([200, '']);
      expect((await fetch(head!, { method: 'HEAD' })).headers.get('content-length')).toBe(String(`from ${kind}`.length));
      expect(await contentOf(list!)).toEqual([200, expect.stringContaining(`<Key>${kind}/uploaded</Key>`)]);

      expect(await contentOf(get!.replace('report', 'other'))).toEqual([
        403,
        expect.stringContaining('<Code>SignatureDoesNotMatch</Code>'),
      ]);
      expect(await contentOf(get!, { method: 'DELETE' })).toEqual([403, expect.stringContaining('<Code>SignatureDoesNotMatch</Code>')]);
      const hasExpired = [403, expect.stringContaining('<Message>Request has expired</Message>')];
      await expect.poll(() => contentOf(brief!), { timeout: 10_000, interval: 200 }).toEqual(hasExpired);
      expect(await contentOf(remove!, { method: 'DELETE' })).toEqual([204, '']);
      expect(await contentOf(get!)).toEqual([404, expect.stringContaining('<Code>NoSuchKey</Code>')]);
    }
  });

  test('pre-signed POST forms of both signature versions upload within their limits, from Python and from fetch', async () => {
    const forms = JSON.parse(await python('presigned-post-tutorial.py')) as Record<string, { url: string; fields: Record<string, string> }>;
    expect(forms.default!.fields).toHaveProperty('AWSAccessKeyId');
    expect(forms.s3v4!.fields).toHaveProperty('x-amz-signature');
    for (const { url, fields } of Object.values(forms)) {
      const form = new FormData();
      for (const [field, value] of Object.entries({ ...fields, 'Content-Type': 'text/plain', 'x-amz-meta-author': 'Grace' }))
        form.append(field, value);
      form.append('file', new Blob(['from a browser']), 'größe.txt');
      expect(await contentOf(url, { method: 'POST', body: form })).toEqual([201, expect.stringContaining('/größe.txt</Key>')]);
    }
  });

  test('files go up and down, in parts and as streams', async () => {
    await python('files.py', await mkdtemp(join(store.scratch, 'files-')));
  });

  test('keys of every kind are stored, listed by page and deleted in batches', async () => {
    await python('listings-and-keys.py');
  });

  test('the resource interface', async () => {
    await python('resources.py');
  });

  test('every signature version is taken or refused by name', async () => {
    await python('signature-versions.py');
  });

  test('users, roles and sessions, and what becomes of the URLs that they sign', async () => {
    expect(JSON.parse(await python('permissions-at-use.py'))).toEqual({ account: expect.stringMatching(/^\d{12}$/) });
  });

  test('multipart uploads, conditions and errors', async () => {
    await python('multipart-and-conditions.py');
  });
});

function runPython(program: string, store: Served, file: string, parameters: readonly string[]): Promise<string> {
  const path = fileURLToPath(new URL(`programs/${file}`, import.meta.url));
  const env = { ...store.environment, ENDPOINT: store.endpoint, PYTHONWARNINGS: 'ignore', PYTHONDONTWRITEBYTECODE: '1' };
  return runProgram(program, [path, ...parameters], { env, cwd: store.scratch });
}

async function contentOf(url: string, init?: RequestInit): Promise<[status: number, content: string]> {
  const reply = await fetch(url, init);
  return [reply.status, await reply.text()];
}
