import { S3Error } from '@latchkey/s3/errors';
import { describe, expect, test } from 'vitest';
import type { Terms } from './terms.ts';
import { checkSize, checkType, limitedBytes } from './upload-limits.ts';

async function* chunks(...parts: readonly (string | Buffer)[]) {
  for (const part of parts) yield Buffer.from(part);
}

/** What got through, and what stopped it. */
async function through(bytes: AsyncIterable<Uint8Array>): Promise<{ readonly passed: string; readonly code?: string }> {
  let passed = '';
  try {
    for await (const chunk of bytes) passed += Buffer.from(chunk).toString('latin1');
    return { passed };
  } catch (error) {
    return { passed, code: (error as S3Error).code };
  }
}

describe('limitedBytes', () => {
  test('hands on what fits, byte for byte', async () => {
    expect(await through(limitedBytes(chunks('abc', '', 'defg'), { minSize: 7, maxSize: 7 }, undefined))).toEqual({ passed: 'abcdefg' });
  });

  test('hands on nothing beyond the greatest size', async () => {
    expect(await through(limitedBytes(chunks('abc', 'def', 'ghi'), { maxSize: 5 }, undefined))).toEqual({
      passed: 'abc',
      code: 'EntityTooLarge',
    });
  });

  test('asks for no more once it is too much', async () => {
    let asked = 0;
    async function* endless() {
      for (;;) {
        asked++;
        yield Buffer.alloc(100);
      }
    }
    await through(limitedBytes(endless(), { maxSize: 250 }, undefined));
    expect(asked).toBe(3);
  });

  test('says at the end that it was too little', async () => {
    expect(await through(limitedBytes(chunks('abc'), { minSize: 4 }, undefined))).toEqual({ passed: 'abc', code: 'EntityTooSmall' });
  });

  test('hands on no byte before it has seen what they are, in however small pieces they come', async () => {
    const terms: Terms = { contentTypes: ['image/gif'], checksContent: true };
    const slowly = (text: string) => limitedBytes(chunks(...text), terms, 'image/gif');
    expect(await through(slowly('GIF89a and more'))).toEqual({ passed: 'GIF89a and more' });
    expect(await through(slowly('<!doctype html>'))).toEqual({ passed: '', code: 'AccessDenied' });
    expect(await through(slowly(''))).toEqual({ passed: '', code: 'AccessDenied' });
    expect(await through(limitedBytes(chunks('GIF89a'), terms, undefined))).toEqual({ passed: '', code: 'AccessDenied' });
  });

  test('passes on what comes behind the first bytes as it comes', async () => {
    const terms: Terms = { contentTypes: ['text/*'], checksContent: true };
    const rest = '\0'.repeat(10_000);
    const text = 'a'.repeat(5000);
    expect(await through(limitedBytes(chunks(text, rest), terms, 'text/plain'))).toEqual({ passed: text + rest });
  });
});

describe('checkSize', () => {
  test.each([
    [4, 'EntityTooSmall', { ProposedSize: '4', MinSizeAllowed: '5' }],
    [8, 'EntityTooLarge', { ProposedSize: '8', MaxSizeAllowed: '7' }],
  ])('refuses %i bytes', (sizeBytes, code, fields) => {
    expect(() => checkSize(sizeBytes, { minSize: 5, maxSize: 7 })).toThrow(expect.objectContaining({ code, fields }));
  });

  test.each([5, 6, 7])('takes %i bytes', (sizeBytes) => {
    expect(() => checkSize(sizeBytes, { minSize: 5, maxSize: 7 })).not.toThrow();
  });
});

test('checkType asks for a type that is one of those allowed', () => {
  const terms = { contentTypes: ['image/*', 'application/pdf'] };
  for (const type of ['image/png', 'IMAGE/PNG', 'application/pdf;a=b', ' image/x ']) expect(() => checkType(type, terms)).not.toThrow();
  for (const type of [undefined, '', 'application/pdfx', 'application/*', 'image/', 'images/png', ';image/png'])
    expect(() => checkType(type, terms), type).toThrow(S3Error);
  expect(() => checkType(undefined, {})).not.toThrow();
});
