/** Passwords of links: kept as scrypt hashes, checked a few at a time, since each check is meant to cost time and memory. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { S3Error } from '@latchkey/s3/errors';

/** As stored: `salt` and `hash` in hex, the cost with them, so that it may be raised later. */
export type PasswordHash = { readonly salt: string; readonly hash: string; readonly n: number; readonly r: number; readonly p: number };

/** 16 MiB for about a tenth of a second. */
const COST = { n: 2 ** 14, r: 8, p: 5 } as const;
const HASH_BYTES = 32;
export const LONGEST_PASSWORD = 256;

export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(16);
  return { salt: salt.toString('hex'), hash: (await derived(password, salt, COST)).toString('hex'), ...COST };
}

/** Rejects with SlowDown where too many are being checked already. */
export async function isPassword(password: string, { salt, hash, ...cost }: PasswordHash): Promise<boolean> {
  if (password.length > LONGEST_PASSWORD) return false;
  return timingSafeEqual(await derived(password, Buffer.from(salt, 'hex'), cost), Buffer.from(hash, 'hex'));
}

const AT_ONCE = 2;
const MOST_WAITING = 32;
let running = 0;
const waiting: (() => void)[] = [];

async function derived(password: string, salt: Buffer, { n, r, p }: Pick<PasswordHash, 'n' | 'r' | 'p'>): Promise<Buffer> {
  if (running >= AT_ONCE) {
    if (waiting.length >= MOST_WAITING) throw new S3Error('SlowDown');
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  running += 1;
  try {
    // The same letters, however a keyboard composes them.
    const text = password.normalize('NFC');
    return await new Promise((resolve, reject) => {
      scrypt(text, salt, HASH_BYTES, { N: n, r, p, maxmem: 64 * 1024 * 1024 }, (error, key) => (error ? reject(error) : resolve(key)));
    });
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}
