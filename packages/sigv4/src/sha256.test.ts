import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as ours from '#sha256';
import { base64, equalInConstantTime, fromBase64, fromHex, hex } from './bytes.ts';
import { hmacSha1 } from './sha1.ts';
import * as native from './sha256-node.ts';
import * as plain from './sha256-plain.ts';

const bytes = fc.uint8Array({ maxLength: 700 });

describe.each([
  ['plain TypeScript', plain],
  ["Node's crypto", native],
  ['whichever is chosen here', ours],
])('%s', (_name, { sha256Hex, hmacSha256 }) => {
  test('hashes any bytes, and any text of bytes, as SHA-256', () => {
    fc.assert(
      fc.property(bytes, (data) => {
        const expected = createHash('sha256').update(data).digest('hex');
        expect(sha256Hex(data)).toBe(expected);
        expect(sha256Hex(Buffer.from(data).toString('latin1'))).toBe(expected);
      }),
    );
  });
  test('hashes texts of every length around its blocks and buffers', () => {
    for (const length of [0, 55, 56, 63, 64, 119, 120, 255, 256, 257, 2047, 2048, 2049, 100_000]) {
      const text = 'é'.repeat(length);
      expect(sha256Hex(text)).toBe(createHash('sha256').update(text, 'latin1').digest('hex'));
      expect(hmacSha256(new Uint8Array(32))(text)).toBe(createHmac('sha256', Buffer.alloc(32)).update(text, 'latin1').digest('hex'));
    }
  });
  test('signs with secrets of any length as HMAC-SHA256, in any order', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 200 }), bytes, bytes, (secret, other, one, two) => {
        const [key, otherKey] = [hmacSha256(secret), hmacSha256(other)];
        for (const [signer, of, data] of [
          [key, secret, one],
          [otherKey, other, one],
          [key, secret, two],
        ] as const) {
          expect(signer(Buffer.from(data).toString('latin1'))).toBe(createHmac('sha256', of).update(data).digest('hex'));
        }
      }),
    );
  });
});

test('hmacSha1 is HMAC-SHA1', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), fc.string({ unit: 'grapheme', maxLength: 300 }), (secret, text) => {
      expect(base64(hmacSha1(secret, text))).toBe(createHmac('sha1', secret).update(text).digest('base64'));
    }),
  );
});

test('hexadecimal and base64 read back what they wrote', () => {
  fc.assert(
    fc.property(bytes, (data) => {
      expect([...fromHex(hex(data))]).toEqual([...data]);
      expect([...(fromBase64(base64(data)) ?? [])]).toEqual([...data]);
    }),
  );
  expect(fromBase64('a*b')).toBeUndefined();
});

test('equalInConstantTime is equality', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(equalInConstantTime(a, a)).toBe(true);
      expect(equalInConstantTime(a, b)).toBe(a === b);
      expect(equalInConstantTime(a, `${a}x`)).toBe(false);
      expect(equalInConstantTime(`${a}\0`, a)).toBe(false);
    }),
  );
});
