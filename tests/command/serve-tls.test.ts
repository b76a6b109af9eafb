import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { describe, expect } from 'vitest';
import { certificateRenewal, readCertificate } from '../../packages/latchkey/src/certificate.ts';
import { anyPorts, inTemporaryDirectory, latchkey, serve } from '../support/latchkey-command.ts';
import { needs } from '../support/programs.ts';

const test = needs('openssl');

describe('latchkey serve with a certificate', () => {
  test('speaks TLS on both addresses', async () => {
    await inTemporaryDirectory(async (directory) => {
      const { certFile, keyFile } = makeCertificate(directory, 'one');
      const server = await serve(['--data', join(directory, 'data'), '--tls-cert', certFile, '--tls-key', keyFile, ...anyPorts]);
      for (const url of [server.s3, server.console]) {
        expect(url).toMatch(/^https:/);
        const sent = request(`${url}/-/health/ready`, { ca: await readFile(certFile), servername: 'one.test' }).end();
        const [answer] = await once(sent, 'response');
        expect(answer.statusCode).toBe(200);
        answer.resume();
      }
      expect(await server.stop()).toBe(0);
    });
  });
  test('takes a renewed certificate at once on SIGHUP, and goes on', async () => {
    await inTemporaryDirectory(async (directory) => {
      const [files, renewed] = [makeCertificate(directory, 'one'), makeCertificate(directory, 'renewed')];
      const server = await serve([
        '--data',
        join(directory, 'data'),
        '--tls-cert',
        files.certFile,
        '--tls-key',
        files.keyFile,
        ...anyPorts,
      ]);
      await Promise.all([copyFile(renewed.certFile, files.certFile), copyFile(renewed.keyFile, files.keyFile)]);
      expect(await nameServed(server.s3)).toBe('one.test');
      server.signal('SIGHUP');
      await expect.poll(() => nameServed(server.s3), { timeout: 10_000 }).toBe('renewed.test');
      expect(server.stderr()).toContain('"message":"certificate renewed"');
      expect(await server.stop()).toBe(0);
    });
  });
  test('has several workers speak TLS, and take a renewed certificate on SIGHUP', async () => {
    await inTemporaryDirectory(async (directory) => {
      const [files, renewed] = [makeCertificate(directory, 'one'), makeCertificate(directory, 'renewed')];
      const tls = ['--tls-cert', files.certFile, '--tls-key', files.keyFile];
      const server = await serve(['--data', join(directory, 'data'), ...tls, '--workers', '2', ...anyPorts]);
      expect(await nameServed(server.s3)).toBe('one.test');
      await Promise.all([copyFile(renewed.certFile, files.certFile), copyFile(renewed.keyFile, files.keyFile)]);
      server.signal('SIGHUP');
      await expect.poll(server.stderr, { timeout: 60_000 }).toContain('"message":"workers are replaced"');
      // Whichever answers.
      for (let i = 0; i < 10; i++) expect(await nameServed(server.console)).toBe('renewed.test');
      expect(await server.stop()).toBe(0);
    });
  });
  test('does not start with a key that is not the one of the certificate', async () => {
    await inTemporaryDirectory(async (directory) => {
      const { certFile } = makeCertificate(directory, 'one');
      const { keyFile } = makeCertificate(directory, 'other');
      const { status, stderr } = await latchkey([
        'serve',
        '--data',
        join(directory, 'data'),
        '--tls-cert',
        certFile,
        '--tls-key',
        keyFile,
        ...anyPorts,
      ]);
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('can not be used') });
    });
  });
});

describe('certificateRenewal', () => {
  test('passes on a certificate that was renewed, and keeps the old one while the two files do not fit', async () => {
    await inTemporaryDirectory(async (directory) => {
      const files = makeCertificate(directory, 'one');
      const other = makeCertificate(directory, 'other');
      const events: string[] = [];
      const log = { info: (message: string) => events.push(message), error: (message: string) => events.push(message) };
      const look = certificateRenewal(files, await readCertificate(files), ({ cert }) => events.push(cert), log);

      await look();
      expect(events).toEqual([]);
      await copyFile(other.certFile, files.certFile);
      await look();
      await look();
      expect(events).toEqual(['certificate not renewed']);
      await copyFile(other.keyFile, files.keyFile);
      await look();
      expect(events.slice(1)).toEqual([await readFile(other.certFile, 'utf8'), 'certificate renewed']);
    });
  });
});

/** The name in the certificate that a new connection is shown. */
async function nameServed(url: string): Promise<string | undefined> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN as string | undefined;
}

function makeCertificate(directory: string, name: string): { certFile: string; keyFile: string } {
  const certFile = join(directory, `${name}.crt`);
  const keyFile = join(directory, `${name}.key`);
  const subject = ['-subj', `/CN=${name}.test`, '-addext', `subjectAltName=DNS:${name}.test`];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, ...subject, '-out', certFile], { stdio: 'ignore' });
  return { certFile, keyFile };
}
