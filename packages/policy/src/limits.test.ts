import { describe, expect, test } from 'vitest';
import { policySize } from './limits.ts';

describe('policySize', () => {
  test('leaves white space out for IAM policies', () => {
    expect(policySize('{ "a":\n\t"b c"\r\n}', 'managed')).toBe(10);
    expect(policySize('{ "a":\n\t"b c"\r\n}', 'session')).toBe(16);
  });

  test('counts bytes of UTF-8 for bucket policies', () => {
    for (const text of ['a', 'é', '€', '😀', ' \n', 'a😀é€']) expect(policySize(text, 'bucket')).toBe(Buffer.byteLength(text));
  });
});
