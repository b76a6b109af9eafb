import type { HmacSha256, Sha256Hex } from './hashes.ts';
import * as plain from './sha256-plain.ts';

/*
 * Node's `crypto.hash`, one-shot and through one reused buffer, is the fastest there is: an HMAC of two such hashes takes half the time of
 * `createHmac`, which makes objects of its own each time, and less than copies of prepared hash objects. Where it is missing (the
 * module is asked for at run time), plain TypeScript does the same.
 */
const hash = nodeCrypto()?.hash;

/** SHA-256, see {@link Sha256Hex}. */
export const sha256Hex: Sha256Hex = hash === undefined ? plain.sha256Hex : sha256(hash);

/** HMAC-SHA256, see {@link HmacSha256}. */
export const hmacSha256: HmacSha256 = hash === undefined ? plain.hmacSha256 : hmac(hash);

function sha256(hash: OneShotHash): Sha256Hex {
  const scratch = reusedBuffer(0, 2048);
  return (data) => hash('sha256', typeof data === 'string' ? scratch(data) : data, 'hex');
}

function hmac(hash: OneShotHash): HmacSha256 {
  return (secret) => {
    const key = secret.length > BLOCK ? Buffer.from(hash('sha256', secret, 'latin1'), 'latin1') : secret;
    const pad = (value: number) => (_: number, i: number) => (key[i] ?? 0) ^ value;
    const inner = reusedBuffer(BLOCK, BLOCK + 256);
    const outer = reusedBuffer(BLOCK, BLOCK + 32);
    inner.prefix.set(inner.prefix.map(pad(0x36)));
    outer.prefix.set(outer.prefix.map(pad(0x5c)));
    return (text) => hash('sha256', outer(hash('sha256', inner(text), 'latin1')), 'hex');
  };
}

const BLOCK = 64;

/** Texts as bytes behind a prefix that stays, in one buffer that is written over each time; a longer text gets a buffer of its own. */
function reusedBuffer(prefixBytes: number, mostBytes: number): ((text: string) => Uint8Array) & { readonly prefix: Uint8Array } {
  const buffer = Buffer.alloc(mostBytes);
  const prefix = buffer.subarray(0, prefixBytes);
  let view = buffer.subarray(0, mostBytes);
  const write = (text: string): Uint8Array => {
    const length = prefixBytes + text.length;
    if (length > mostBytes) return Buffer.from(latin1(prefix) + text, 'latin1');
    buffer.latin1Write(text, prefixBytes);
    // Making a view costs a quarter of hashing it, and lengths repeat.
    if (view.length !== length) view = buffer.subarray(0, length);
    return view;
  };
  return Object.assign(write, { prefix });
}

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** The little of Node that is used here, so that the package type-checks without Node. */
type NodeBuffer = Uint8Array & { readonly latin1Write: (text: string, offset: number) => number };
type OneShotHash = (algorithm: 'sha256', data: Uint8Array, encoding: 'hex' | 'latin1') => string;
type NodeCrypto = { readonly hash?: OneShotHash };
declare const Buffer: {
  readonly alloc: (length: number) => NodeBuffer;
  readonly from: (text: string, encoding: 'latin1') => NodeBuffer;
};
declare const process: { readonly getBuiltinModule?: (name: string) => unknown } | undefined;

function nodeCrypto(): NodeCrypto | undefined {
  return typeof process === 'undefined' ? undefined : (process.getBuiltinModule?.('node:crypto') as NodeCrypto | undefined);
}
