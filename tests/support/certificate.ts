/** Certificates that nobody but the test trusts, made by openssl. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type CertificateFiles = {
  readonly certFile: string;
  readonly keyFile: string;
  /** Both in one file, as HAProxy wants them. */
  readonly bothFile: string;
  /** PEM texts. */
  readonly cert: string;
  readonly key: string;
  remove(): void;
};

/** A certificate for these names and addresses, signed by itself. */
export function selfSigned(names: readonly string[] = ['localhost', '*.localhost', '127.0.0.1', '::1']): CertificateFiles {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-certificate-'));
  const [certFile, keyFile, bothFile] = ['cert.pem', 'key.pem', 'both.pem'].map((name) => join(folder, name)) as [string, string, string];
  const alternatives = names.map((name) => (/^[\d.]+$|:/.test(name) ? `IP:${name}` : `DNS:${name}`)).join(',');
  const request = ['req', '-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-days', '2'];
  const contents = ['-subj', `/CN=${names[0]}`, '-addext', `subjectAltName=${alternatives}`];
  execFileSync('openssl', [...request, ...contents, '-keyout', keyFile, '-out', certFile], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [cert, key] = [readFileSync(certFile, 'utf8'), readFileSync(keyFile, 'utf8')];
  writeFileSync(bothFile, cert + key);
  return { certFile, keyFile, bothFile, cert, key, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
