import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from './failure.ts';
import { keepFile } from './kept-file.ts';

export type RootCredentials = { readonly accessKeyId: string; readonly secretAccessKey: string };
export type FoundRoot = { readonly credentials: RootCredentials; readonly origin: 'environment' | 'file' | 'new' };

/**
 * The root user's credentials: the operator's, else those kept in the data directory, else new ones, which are kept there with
 * mode 0600 before they are returned. Refuses a secret that anybody could guess.
 */
export async function rootCredentials(dataDirectory: string, configured: RootCredentials | undefined): Promise<FoundRoot> {
  if (configured)
    return { credentials: checked(configured, 'LATCHKEY_ROOT_ACCESS_KEY_ID', 'LATCHKEY_ROOT_SECRET_ACCESS_KEY'), origin: 'environment' };
  const path = rootCredentialsPath(dataDirectory);
  const kept = await readRootCredentials(dataDirectory);
  if (kept) return { credentials: checked(kept, `accessKeyId in ${path}`, `secretAccessKey in ${path}`), origin: 'file' };
  const credentials = newRootCredentials();
  if (await keepFile(path, dataDirectory, `${JSON.stringify(credentials, undefined, 2)}\n`)) return { credentials, origin: 'new' };
  // Another process was first; its credentials hold.
  return rootCredentials(dataDirectory, undefined);
}

export function rootCredentialsPath(dataDirectory: string): string {
  return join(dataDirectory, 'root-credentials.json');
}

/** The credentials kept in a data directory; undefined where there are none or they are not ours to read. */
export async function readRootCredentials(dataDirectory: string): Promise<RootCredentials | undefined> {
  const path = rootCredentialsPath(dataDirectory);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return undefined;
    throw error;
  }
  try {
    const { accessKeyId, secretAccessKey } = JSON.parse(text) as Partial<RootCredentials>;
    if (typeof accessKeyId === 'string' && typeof secretAccessKey === 'string') return { accessKeyId, secretAccessKey };
  } catch {
    // Falls through to the one sentence: what the file holds is a secret, so no parser's message about it is shown.
  }
  throw new Failure(`${path} is not what Latchkey wrote there. Restore it from a backup, or remove it to get new root credentials.`);
}

/** Access key ids are `LKROOT` and 14 of A–Z2–7; secrets are 40 letters and digits, which need no quoting anywhere (238 bits). */
export function newRootCredentials(): RootCredentials {
  return { accessKeyId: `LKROOT${pick(14, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`, secretAccessKey: pick(40, LETTERS_AND_DIGITS) };
}

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const SHORTEST_SECRET = 8;

/** Secrets from manuals, other stores' defaults and everybody's first idea. */
const WELL_KNOWN = new Set(
  `minioadmin minio123 minio-secret rustfsadmin password password1 password123 passw0rd p@ssw0rd secret secret123 secretkey secret-key
  mysecret mysecretkey topsecret admin admin123 administrator root root1234 rootpassword changeme changeme123 change-me changeit default
  letmein welcome welcome1 test test1234 testtest testing testsecret example examplesecret latchkey latchkeyadmin garageadmin cephadmin
  12345678 123456789 1234567890 11111111 00000000 87654321 abcdefgh abcd1234 abc12345 qwertyui qwerty123 qwertyuiop iloveyou
  accesskey access-key secretaccesskey s3cr3t123 verysecretkey1 s3rver localstack any some_key some_secret
  wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY uV3F3YluFJax1cknvbcGwgjvx4QpvB+leU8dUj2o`
    .split(/\s+/)
    .map((secret) => secret.toLowerCase()),
);

function checked(credentials: RootCredentials, idName: string, secretName: string): RootCredentials {
  const { accessKeyId, secretAccessKey } = credentials;
  if (!/^[\w.-]{3,128}$/.test(accessKeyId)) {
    throw new Failure(`${idName} has 3 to 128 letters, digits, dots, hyphens and underscores.`, { status: 2 });
  }
  const repeated = /^(.)\1*$/.test(secretAccessKey);
  if (
    secretAccessKey.length < SHORTEST_SECRET ||
    repeated ||
    secretAccessKey === accessKeyId ||
    WELL_KNOWN.has(secretAccessKey.toLowerCase())
  ) {
    throw new Failure(
      `${secretName} is empty, short, well known or the access key id itself: whoever guesses it owns every object. Leave it unset to have one made, or set ${SHORTEST_SECRET} or more characters of your own.`,
      { status: 2 },
    );
  }
  return credentials;
}

function pick(count: number, alphabet: string): string {
  return Array.from({ length: count }, () => alphabet[randomInt(alphabet.length)]).join('');
}
