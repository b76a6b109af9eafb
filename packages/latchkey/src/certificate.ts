import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Certificate } from '@latchkey/server/http';
import type { Log } from '@latchkey/server/log';
import { Failure } from './failure.ts';

export type CertificateFiles = { readonly certFile: string; readonly keyFile: string };

/** Reads a certificate and its key. Throws a `Failure` for files that are absent, no PEM, or do not belong together. */
export async function readCertificate(files: CertificateFiles): Promise<Certificate> {
  const certificate = await readFiles(files);
  requireUsable(certificate, files);
  return certificate;
}

const RENEWAL_INTERVAL_MS = 30_000;

/** Looks at the files now and then, for as long as this process lives; the function that is returned looks at once. */
export function keepCertificate(
  files: CertificateFiles,
  served: Certificate,
  { renewCertificate }: { renewCertificate(certificate: Certificate): void },
  log: Log,
): () => Promise<void> {
  const look = certificateRenewal(files, served, renewCertificate, log);
  setInterval(() => void look(), RENEWAL_INTERVAL_MS).unref();
  return look;
}

/**
 * Returns what looks at the files once and passes a changed certificate on. One that can not be used is logged, once, and the old one
 * stays: programs that renew certificates write two files, one after the other.
 */
export function certificateRenewal(
  files: CertificateFiles,
  served: Certificate,
  renew: (certificate: Certificate) => void,
  log: Log,
): () => Promise<void> {
  let seen = served;
  return async () => {
    try {
      const found = await readFiles(files);
      if (found.cert === seen.cert && found.key === seen.key) return;
      seen = found;
      requireUsable(found, files);
      renew(found);
      log.info('certificate renewed', { file: files.certFile });
    } catch (error) {
      log.error('certificate not renewed', { cause: (error as Error).message });
    }
  };
}

async function readFiles(files: CertificateFiles): Promise<Certificate> {
  try {
    const [cert, key] = await Promise.all([readFile(files.certFile, 'utf8'), readFile(files.keyFile, 'utf8')]);
    return { cert, key };
  } catch (cause) {
    throw unusable(files, cause);
  }
}

function requireUsable(certificate: Certificate, files: CertificateFiles): void {
  try {
    createSecureContext({ ...certificate });
  } catch (cause) {
    throw unusable(files, cause);
  }
}

function unusable({ certFile, keyFile }: CertificateFiles, cause: unknown): Failure {
  return new Failure(`The certificate ${certFile} with the key ${keyFile} can not be used: ${(cause as Error).message}.`, { cause });
}
