/**
 * The CRC of joined bytes from the CRCs of the pieces, without the bytes: CRC(A‖B) = CRC(A)·x^(8·|B|) + CRC(B), polynomials modulo the
 * CRC's own. As in zlib's `crc32_combine`, for 32 and 64 bits. Values are digests: big-endian bytes.
 */
import { bytesFromHex, hexFromBytes } from './bytes.ts';

export type CrcPiece = { readonly digest: Uint8Array; readonly sizeBytes: number };

export type CrcAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME';

/** The CRC of all pieces joined in their order; of nothing, for no pieces. */
export function combineCrcs(algorithm: CrcAlgorithm, pieces: readonly CrcPiece[]): Uint8Array<ArrayBuffer> {
  const field = FIELDS[algorithm];
  const shifts = new Map<number, Polynomial>();
  let joined: Polynomial = [0, 0];
  for (const { digest, sizeBytes } of pieces) {
    const shift = shifts.get(sizeBytes) ?? powerOfX(field, sizeBytes);
    shifts.set(sizeBytes, shift);
    joined = add(multiply(field, joined, shift), polynomialOf(digest));
  }
  return digestOf(joined, field);
}

/** Coefficients of x^0 to x^31 from the highest bit of the first word down, of x^32 to x^63 in the second: CRCs count this way round. */
type Polynomial = readonly [first: number, second: number];
type Field = { readonly modulus: Polynomial; readonly isWide: boolean };

const FIELDS: Readonly<Record<CrcAlgorithm, Field>> = {
  CRC32: { modulus: [0xedb88320, 0], isWide: false },
  CRC32C: { modulus: [0x82f63b78, 0], isWide: false },
  CRC64NVME: { modulus: [0x9a6c9329, 0xac4bc9b5], isWide: true },
};

function multiply(field: Field, a: Polynomial, b: Polynomial): Polynomial {
  const [modulusFirst, modulusSecond] = field.modulus;
  let [first, second] = [0, 0];
  let [shiftedFirst, shiftedSecond] = b;
  for (let bit = 0; bit < (field.isWide ? 64 : 32); bit++) {
    const coefficient = bit < 32 ? a[0] >>> (31 - bit) : a[1] >>> (63 - bit);
    const taken = -(coefficient & 1);
    first ^= shiftedFirst & taken;
    second ^= shiftedSecond & taken;
    const overflow = -((field.isWide ? shiftedSecond : shiftedFirst) & 1);
    shiftedSecond = field.isWide ? (shiftedSecond >>> 1) | (shiftedFirst << 31) : 0;
    shiftedFirst >>>= 1;
    shiftedFirst ^= modulusFirst & overflow;
    shiftedSecond ^= modulusSecond & overflow;
  }
  return [first, second];
}

function add(a: Polynomial, b: Polynomial): Polynomial {
  return [a[0] ^ b[0], a[1] ^ b[1]];
}

/** x^(8·bytes), by squaring; sizes go beyond 32 bits. */
function powerOfX(field: Field, bytes: number): Polynomial {
  let power: Polynomial = [1 << 31, 0];
  let square: Polynomial = [1 << 23, 0];
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = multiply(field, power, square);
    square = multiply(field, square, square);
  }
  return power;
}

function polynomialOf(digest: Uint8Array): Polynomial {
  const hex = hexFromBytes(digest).padEnd(16, '0');
  return [Number.parseInt(hex.slice(0, 8), 16), Number.parseInt(hex.slice(8), 16)];
}

function digestOf([first, second]: Polynomial, field: Field): Uint8Array<ArrayBuffer> {
  const words = field.isWide ? [first, second] : [first];
  return bytesFromHex(words.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join(''));
}
