/**
 * Secrets at rest: SigV4 needs them back, so they are sealed with a master key that is kept elsewhere. AES-256-GCM, a fresh nonce each;
 * what a secret belongs to is sealed in with it, so that a sealed value moved to another record does not open.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes, scryptSync } from 'node:crypto';

/** As stored. `key` names the master key that opens it. */
export type Sealed = { readonly key: string; readonly box: string };

export type Sealer = {
  /** Names the master key that seals from now on. */
  readonly keyId: string;
  /** `place` is what the secret belongs to, such as `access-key/LKIA…`. */
  seal(secret: string, place: string): Sealed;
  /** Throws a `SealError` where no master key opens it. */
  open(sealed: Sealed, place: string): string;
};

/** A sealed value that can not be opened: the master key is missing or another, or the value is damaged. */
export class SealError extends Error {}

/** Fewer characters than this are no key. */
export const MIN_MASTER_KEY_LENGTH = 16;

/**
 * `masterKeys` holds at least one text of 16 or more characters, best 32 random bytes in base64 or hex. The first seals, all open.
 * `reload` is asked for the keys as they are by then, before a secret is sealed and when one names a key that is not known: so a rotation
 * reaches running processes.
 */
export function createSealer(masterKeys: readonly string[], reload?: () => readonly string[]): Sealer {
  let keys = masterKeys.map(masterKey);
  const [first] = keys;
  if (first === undefined) throw new SealError('There is no master key.');
  const keyOf = (id: string): MasterKey => {
    let found = keys.find((key) => key.id === id);
    if (found === undefined && reload !== undefined) {
      keys = reload().map(masterKey);
      found = keys.find((key) => key.id === id);
    }
    if (found === undefined) throw new SealError(`No master key here is the one called ${id}, which sealed this secret.`);
    return found;
  };
  return {
    get keyId() {
      return (keys[0] ?? first).id;
    },
    seal(secret, place) {
      // New secrets are rare: each is sealed with the key that is the first one by now.
      if (reload !== undefined) keys = reload().map(masterKey);
      return sealWith(keys[0] ?? first, secret, place);
    },
    open: (sealed, place) => openWith(keyOf(sealed.key), sealed, place),
  };
}

type MasterKey = { readonly id: string; readonly bytes: Buffer };

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function sealWith({ id, bytes }: MasterKey, secret: string, place: string): Sealed {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', bytes, nonce).setAAD(Buffer.from(place));
  const box = Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { key: id, box: box.toString('base64') };
}

function openWith({ bytes }: MasterKey, sealed: Sealed, place: string): string {
  const box = Buffer.from(sealed.box, 'base64');
  try {
    const decipher = createDecipheriv('aes-256-gcm', bytes, box.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(place)).setAuthTag(box.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(box.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new SealError('A sealed secret is damaged, or was sealed for something else.', { cause });
  }
}

/** 32 bytes in hex or base64 are the key; any other text is stretched into one. The id says nothing about the key. */
function masterKey(text: string): MasterKey {
  if (text.length < MIN_MASTER_KEY_LENGTH)
    throw new SealError(
      `A master key has at least ${MIN_MASTER_KEY_LENGTH} characters, best 32 random bytes in base64 (openssl rand -base64 32).`,
    );
  const bytes = rawKey(text) ?? scryptSync(text, 'latchkey master key', 32);
  const id = createHash('sha256').update('latchkey master key id').update(bytes).digest('hex').slice(0, 12);
  return { id, bytes };
}

function rawKey(text: string): Buffer | undefined {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex');
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return Buffer.from(text, 'base64');
  return undefined;
}
