import { sign } from '@latchkey/sigv4/sign';
import { describe, expect, test } from 'vitest';
import { framing } from './framing.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a secret' };
const BLOCK = 128 * 1024;

describe('framing', () => {
  for (const isEncrypted of [true, false]) {
    for (const checksum of [undefined, 'CRC32', 'CRC64NVME', 'SHA256'] as const) {
      test(`announces as many bytes as it sends ${isEncrypted ? 'over TLS' : 'without TLS'} with ${checksum ?? 'no checksum'} behind the body`, () => {
        const frame = framing({ isEncrypted, checksum, credentials });
        const head = { method: 'PUT', url: 'https://h/b/k', region: 'r', credentials, payloadHash: frame.payloadHash };
        for (const sizeBytes of [1, 15, 16, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK]) {
          const body = frame.open(sign(head));
          let sentBytes = 0;
          const count = (pieces: readonly Uint8Array[]) => {
            for (const piece of pieces) sentBytes += piece.length;
          };
          for (let at = 0; at < sizeBytes; at += BLOCK) count(body.wrap(Buffer.alloc(Math.min(BLOCK, sizeBytes - at))));
          count(
            body.finish(
              { CRC32: 'y/Q5Jg==', CRC64NVME: 'rosUhgp5mIg=', SHA256: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' }[checksum ?? 'CRC32'],
            ),
          );
          expect(sentBytes).toBe(frame.sentBytes(sizeBytes));
        }
      });
    }
  }
});
