import { presign } from '@latchkey/sigv4/presign';
import { splitUrl } from '@latchkey/sigv4/signed-url';
import { describe, expect, test } from 'vitest';
import { isTermName, urlTerms } from './url-terms.ts';

const query = (...pairs: readonly (readonly [string, string])[]) => pairs.map(([name, value]) => ({ name, value }));

describe('urlTerms', () => {
  test('reads what the signing library writes', () => {
    const terms = {
      maxUses: 3,
      sourceIp: ['192.0.2.0/24', '2001:db8::/32'],
      minSize: 1,
      maxSize: 5_000_000,
      contentTypes: ['image/*', 'application/pdf'],
      noOverwrite: true,
    };
    const credentials = { accessKeyId: 'LKIAEXAMPLE', secretAccessKey: 'secret' };
    const { url } = presign({ method: 'PUT', bucket: 'box', key: 'k', region: 'us-east-1', credentials, expiresIn: '1h', ...terms });
    expect(urlTerms(splitUrl(url)?.target.query ?? [])).toEqual(terms);
  });

  test('passes over parameters that are none of ours', () => {
    expect(urlTerms(query(['X-Amz-Date', 'x'], ['response-content-type', 'x'], ['x-latch', 'x'], ['X-Latchkey-', 'x']))).toEqual({});
  });

  test('takes blanks around items and types in any case', () => {
    expect(urlTerms(query(['X-Latchkey-Content-Types', 'Image/PNG, text/*']))).toEqual({ contentTypes: ['image/png', 'text/*'] });
    expect(urlTerms(query(['X-Latchkey-Source-Ip', '::1, 10.0.0.0/8']))).toEqual({ sourceIp: ['::1', '10.0.0.0/8'] });
  });

  test('takes fifty items and no more', () => {
    const addresses = (count: number) => Array.from({ length: count }, (_, i) => `192.0.2.${i}`).join(',');
    expect(urlTerms(query(['X-Latchkey-Source-Ip', addresses(50)])).sourceIp).toHaveLength(50);
    expect(() => urlTerms(query(['X-Latchkey-Source-Ip', addresses(51)]))).toThrow('50 at most');
  });

  test.each([
    ['X-Latchkey-Max-Uses', '0'],
    ['X-Latchkey-Max-Uses', '+1'],
    ['X-Latchkey-Max-Uses', '1.0'],
    ['X-Latchkey-Max-Uses', '１'],
    ['X-Latchkey-Max-Size', '99999999999999999'],
    ['X-Latchkey-No-Overwrite', 'True'],
    ['X-Latchkey-No-Overwrite', ''],
    ['X-Latchkey-Source-Ip', ''],
    ['X-Latchkey-Source-Ip', 'localhost'],
    ['X-Latchkey-Source-Ip', '10.0.0.0/08'],
    ['X-Latchkey-Content-Types', '*/*'],
    ['X-Latchkey-Constructor', '1'],
    ['X-Latchkey-__proto__', '1'],
  ])('refuses %s: %s by its name', (name, value) => {
    expect(() => urlTerms(query([name, value]))).toThrow(
      expect.objectContaining({ code: 'InvalidArgument', fields: { ArgumentName: name, ArgumentValue: value } }),
    );
  });

  test('refuses the same limit twice, in whatever case', () => {
    expect(() => urlTerms(query(['X-Latchkey-Max-Uses', '1'], ['x-latchkey-MAX-uses', '1']))).toThrow('more than once');
  });
});

test('isTermName tells our parameters from others by their first letters', () => {
  for (const name of ['X-Latchkey-Max-Uses', 'x-latchkey-anything', 'X-LATCHKEY-X']) expect(isTermName(name)).toBe(true);
  for (const name of ['X-Latchkey-', 'X-Latchkey', 'x-amz-date', 'x-l', '', 'y-latchkey-max-uses']) expect(isTermName(name)).toBe(false);
});
