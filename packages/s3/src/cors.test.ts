import { expect, test } from 'vitest';
import { corsXml, parseCors } from './cors.ts';

const rule = (inner: string) => `<CORSConfiguration><CORSRule>${inner}</CORSRule></CORSConfiguration>`;
const valid = '<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin>';

test('a configuration comes back as it was put', () => {
  const configuration = [
    {
      id: 'one',
      allowedOrigins: ['https://*.example.com', ''],
      allowedMethods: ['GET', 'PUT', 'HEAD', 'POST', 'DELETE'],
      allowedHeaders: ['x-AMZ-*', '*'],
      exposeHeaders: ['ETag'],
      maxAgeSeconds: 3000,
    },
    { id: undefined, allowedOrigins: ['*'], allowedMethods: ['GET'], allowedHeaders: [], exposeHeaders: [], maxAgeSeconds: undefined },
  ];
  expect(parseCors(corsXml(configuration))).toEqual(configuration);
});

test.each([
  ['another root', '<Cors/>'],
  ['no rules', '<CORSConfiguration/>'],
  ['101 rules', `<CORSConfiguration>${`<CORSRule>${valid}</CORSRule>`.repeat(101)}</CORSConfiguration>`],
  ['an empty rule', rule('')],
  ['no origin', rule('<AllowedMethod>GET</AllowedMethod>')],
  ['no method', rule('<AllowedOrigin>*</AllowedOrigin>')],
  ['an unknown element', rule(`${valid}<Other/>`)],
  ['a negative age', rule(`${valid}<MaxAgeSeconds>-1</MaxAgeSeconds>`)],
  ['two ages', rule(`${valid}<MaxAgeSeconds>1</MaxAgeSeconds><MaxAgeSeconds>2</MaxAgeSeconds>`)],
  ['a long id', rule(`${valid}<ID>${'i'.repeat(256)}</ID>`)],
])('parseCors refuses %s as MalformedXML', (_, document) => {
  expect(() => parseCors(document)).toThrow(expect.objectContaining({ code: 'MalformedXML' }));
});

test.each([
  ['<AllowedMethod>MYMETHOD</AllowedMethod>', 'Found unsupported HTTP method in CORS config. Unsupported method is MYMETHOD'],
  ['<AllowedMethod/>', 'Found unsupported HTTP method in CORS config. Unsupported method is '],
  ['<AllowedOrigin>*a*.com</AllowedOrigin>', 'AllowedOrigin "*a*.com" can not have more than one wildcard.'],
  ['<AllowedOrigin>http://a\nx: y</AllowedOrigin>', 'AllowedOrigin "http://a\nx: y" contains invalid character.'],
  ['<AllowedHeader>*-*</AllowedHeader>', 'AllowedHeader "*-*" can not have more than one wildcard.'],
  ['<AllowedHeader>a b</AllowedHeader>', 'AllowedHeader "a b" contains invalid character.'],
  ['<ExposeHeader>x-*</ExposeHeader>', 'ExposeHeader "x-*" contains wildcard. We currently do not support wildcard for ExposeHeader.'],
  ['<ExposeHeader>a\r\nb</ExposeHeader>', 'ExposeHeader "a\nb" contains invalid character.'],
])('parseCors refuses %j', (inner, message) => {
  expect(() => parseCors(rule(valid + inner))).toThrow(expect.objectContaining({ code: 'InvalidRequest', message }));
});

test('parseCors refuses more than 64 KB', () => {
  expect(() => parseCors(rule(valid + ' '.repeat(65_536)))).toThrow(expect.objectContaining({ code: 'MaxMessageLengthExceeded' }));
});
