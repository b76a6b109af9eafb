import { expect, test } from 'vitest';
import type { Admitted } from '../pipeline.ts';
import { linkHeaders } from './link-headers.ts';
import type { Terms } from './terms.ts';

const HEADERS = ['ETag', '"x"', 'Cache-Control', 'public', 'Content-Disposition', 'inline'];
const under = (terms: Terms, link?: object) => linkHeaders(HEADERS, { terms, principal: { kind: 'root', link } } as unknown as Admitted);

test('linkHeaders leaves a reply as it is where no term says otherwise', () => {
  expect(under({ maxSize: 1 })).toEqual(HEADERS);
});

test.each<[string, Terms]>([
  ['counted', { maxUses: 1 }],
  ['for some addresses', { sourceIp: ['192.0.2.1'] }],
])('linkHeaders keeps what is %s from every cache', (_, terms) => {
  expect(under(terms)).toEqual(['ETag', '"x"', 'Content-Disposition', 'inline', 'Cache-Control', 'private, no-store']);
});

test.each<[Terms, string]>([
  [{ disposition: 'attachment' }, 'attachment'],
  [{ downloadName: 'a.pdf' }, 'attachment; filename="a.pdf"'],
  [{ downloadName: 'a.pdf', disposition: 'inline' }, 'inline; filename="a.pdf"'],
  [{ downloadName: 'März.pdf' }, 'attachment; filename="Marz.pdf"; filename*=UTF-8\'\'M%C3%A4rz.pdf'],
  [{ downloadName: '../../"x"\r\nSet-Cookie: a' }, 'attachment; filename=".._.._'],
])('linkHeaders answers %j with the Content-Disposition %s', (terms, expected) => {
  const headers = under(terms);
  const value = headers[headers.indexOf('Content-Disposition') + 1] ?? '';
  expect(value.startsWith(expected)).toBe(true);
  expect(value).not.toMatch(/[\r\n]/);
  expect(headers.filter((text) => text === 'Content-Disposition')).toHaveLength(1);
});

test('linkHeaders keeps the address of a link from the pages that it leads to', () => {
  expect(under({}, {}).slice(-2)).toEqual(['Referrer-Policy', 'no-referrer']);
});
