import { expect, test } from 'vitest';
import { corsHeaders, type Preflight, preflightHeaders } from './cors-match.ts';

const rule = { allowedOrigins: ['*'], allowedMethods: ['GET'], allowedHeaders: [], exposeHeaders: [] };
const VARY = ['vary', 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method'];
const preflight: Preflight = { origin: 'https://a.com', requestMethod: 'GET', requestHeaders: undefined, hasKey: true };

test('a rule for everybody answers with a star and without credentials', () => {
  expect(corsHeaders([rule], { origin: 'http://random:1234', method: 'GET' })).toEqual([
    'access-control-allow-origin',
    '*',
    'access-control-allow-methods',
    'GET',
    ...VARY,
  ]);
});

test('a rule for one origin repeats it, with credentials and everything the rule says', () => {
  const configuration = [
    {
      ...rule,
      allowedOrigins: ['https://a.com'],
      allowedMethods: ['GET', 'PUT'],
      allowedHeaders: ['X-Amz-*'],
      exposeHeaders: ['ETag', 'x-y'],
      maxAgeSeconds: 3000,
    },
  ];
  const request = { origin: 'https://a.com', method: 'PUT', requestHeaders: 'x-AMZ-date,x-amz-acl' };
  expect(corsHeaders(configuration, request)).toEqual([
    'access-control-allow-origin',
    'https://a.com',
    'access-control-allow-methods',
    'GET, PUT',
    'access-control-allow-headers',
    'x-amz-date, x-amz-acl',
    'access-control-expose-headers',
    'ETag, x-y',
    'access-control-max-age',
    '3000',
    'access-control-allow-credentials',
    'true',
    ...VARY,
  ]);
});

// The cases of Ceph's suite.
test.each([
  ['*suffix', 'foo.suffix', true],
  ['*suffix', 'suffix', true],
  ['*suffix', 'foo.suffix.get', false],
  ['start*end', 'startend', true],
  ['start*end', 'start12end', true],
  ['start*end', '0start12end', false],
  ['start*end', 'star', false],
  ['prefix*', 'prefix.suffix', true],
  ['prefix*', 'bla.prefix', false],
  ['a.com', 'aXcom', false],
  ['http://a.com', 'http://a.com/', false],
  ['http://a.com', 'http://a.com:80', false],
  ['http://a.com', 'HTTP://A.COM', false],
  ['ab*ba', 'aba', false],
  ['', 'http://a.com', false],
])('pattern %s and origin %s: %s', (pattern, origin, isMatch) => {
  expect(corsHeaders([{ ...rule, allowedOrigins: [pattern] }], { origin, method: 'GET' }).length > 0).toBe(isMatch);
});

test('the first rule that matches counts', () => {
  const configuration = [{ ...rule, allowedMethods: ['PUT'] }, { ...rule, allowedOrigins: ['https://a.com'] }, rule];
  expect(corsHeaders(configuration, { origin: 'https://a.com', method: 'GET' })[1]).toBe('https://a.com');
  expect(corsHeaders(configuration, { origin: 'https://b.com', method: 'GET' })[1]).toBe('*');
  expect(corsHeaders(configuration, { origin: 'https://b.com', method: 'DELETE' })).toEqual([]);
});

test('no rule without AllowedHeader allows a header', () => {
  expect(corsHeaders([rule], { origin: 'x', method: 'GET', requestHeaders: 'x-a' })).toEqual([]);
});

test.each([
  [[rule], { origin: undefined }, 'BadRequest', 400, 'Insufficient information. Origin request header needed.', {}],
  [undefined, {}, 'AccessForbidden', 403, 'CORSResponse: CORS is not enabled for this bucket.', { Method: 'GET', ResourceType: 'BUCKET' }],
  [undefined, { requestMethod: undefined }, 'AccessForbidden', 403, /not enabled/, { Method: 'OPTIONS', ResourceType: 'BUCKET' }],
  ['no such bucket', {}, 'AccessForbidden', 403, 'CORSResponse: Bucket not found', { Method: 'GET', ResourceType: 'BUCKET' }],
  [[rule], { requestMethod: undefined }, 'BadRequest', 400, 'Invalid Access-Control-Request-Method: null', {}],
  [[rule], { requestMethod: 'get' }, 'BadRequest', 400, 'Invalid Access-Control-Request-Method: get', {}],
  [[rule], { requestHeaders: 'a b' }, 'BadRequest', 400, 'Access-Control-Request-Headers "a b" contains invalid character.', {}],
  [
    [rule],
    { requestMethod: 'PUT' },
    'AccessForbidden',
    403,
    /^CORSResponse: This CORS request is not allowed\./,
    { Method: 'PUT', ResourceType: 'OBJECT' },
  ],
  [[rule], { requestMethod: 'PUT', hasKey: false }, 'AccessForbidden', 403, /./, { Method: 'PUT', ResourceType: 'BUCKET' }],
] as const)('the preflight %#: %j %j is refused with %s', (configuration, change, code, status, message, fields) => {
  expect(() => preflightHeaders(configuration, { ...preflight, ...change })).toThrow(
    expect.objectContaining({ code, status, message: expect.stringMatching(message), fields }),
  );
});

test('a preflight that is allowed is answered as the request will be', () => {
  expect(preflightHeaders([rule], preflight)).toEqual(corsHeaders([rule], { origin: 'https://a.com', method: 'GET' }));
});
