/** A call of IAM, STS or Latchkey that is refused is told so in the form of its service, however early it is refused. */
import { afterAll, describe, expect, test } from 'vitest';
import { ROOT, testServer } from '../support/test-server.ts';
import { anonymous, presigned, send, signed, type Wanted, type WireRequest, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());

const NAMESPACES = {
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  latchkey: 'https://latchkey.dev/doc/2026-11-01/',
};
type Service = keyof typeof NAMESPACES;
const ACTIONS: Readonly<Record<Service, string>> = { iam: 'ListUsers', sts: 'GetCallerIdentity', latchkey: 'ListGuardrails' };
const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
const form = (service: Service, body: string, wanted: Wanted = {}) => signed(server, 'POST', '/', { service, headers, body, ...wanted });

const refusals: Readonly<Record<string, readonly [code: string, make: (service: Service, action: string) => WireRequest]>> = {
  'an unknown access key': [
    'InvalidClientTokenId',
    (service, action) => form(service, `Action=${action}`, { credentials: { accessKeyId: 'LKIANOBODY', secretAccessKey: 'x' } }),
  ],
  'a wrong secret': [
    'SignatureDoesNotMatch',
    (service, action) => form(service, `Action=${action}`, { credentials: { ...ROOT, secretAccessKey: 'x' } }),
  ],
  'a token that nobody gave': [
    'InvalidClientTokenId',
    (service, action) => form(service, `Action=${action}`, { credentials: { ...ROOT, sessionToken: 'x' } }),
  ],
  'an old signature': [
    'SignatureDoesNotMatch',
    (service, action) => form(service, `Action=${action}`, { date: new Date(Date.now() - 3_600_000) }),
  ],
  'another region': ['IncompleteSignature', (service, action) => form(service, `Action=${action}`, { region: 'eu-west-1' })],
  'another body than was signed': [
    'SignatureDoesNotMatch',
    (service, action) => ({ ...form(service, `Action=${action}`), body: Buffer.from(`Action=${action}&More=1`) }),
  ],
  'no action': ['MissingAction', (service) => form(service, 'Version=2010-05-08')],
  'an action that is not there': ['InvalidAction', (service) => form(service, 'Action=MakeCoffee')],
  'a parameter twice': ['ValidationError', (service, action) => form(service, `Action=${action}&A=1&A=2`)],
  'a body that is too large': ['EntityTooLarge', (service, action) => form(service, `Action=${action}&A=${'a'.repeat(600_000)}`)],
  'a URL without most of its signature': [
    'IncompleteSignature',
    (service, action) => {
      const url = presigned(server, 'GET', '/', { service, query: { Action: action } });
      return { ...url, target: url.target.replace(/&X-Amz-Date=[^&]*/, '') };
    },
  ],
};

describe.each(Object.keys(NAMESPACES) as Service[])('%s', (service) => {
  test.each(Object.entries(refusals))('%s', async (_, [code, make]) => {
    const reply = await send(server, make(service, ACTIONS[service]));
    expect(reply.text).toContain(`<ErrorResponse xmlns="${NAMESPACES[service]}"><Error><Type>Sender</Type><Code>${code}</Code>`);
    expect([reply.status >= 400 && reply.status < 500, reply.headers.get('content-type')]).toEqual([true, 'text/xml']);
    expect(xmlTexts(reply.text, 'RequestId')).toEqual([reply.headers.get('x-amzn-requestid') ?? reply.headers.get('x-amz-request-id')]);
  });
  test('nobody’s signature, by the action', async () => {
    const reply = await send(server, anonymous(server, 'POST', '/', { headers, body: `Action=${ACTIONS[service]}` }));
    expect(reply.text).toContain(`<ErrorResponse xmlns="${NAMESPACES[service]}">`);
    expect(reply.error.Code).toBe('MissingAuthenticationToken');
  });
});

test('a request of S3 to the same address is refused in S3’s form', async () => {
  const reply = await send(server, signed(server, 'GET', '/', { credentials: { ...ROOT, secretAccessKey: 'x' } }));
  expect([reply.headers.get('content-type'), reply.error.Code]).toEqual(['application/xml', 'SignatureDoesNotMatch']);
  const other = await send(server, signed(server, 'POST', '/', { body: 'Action=ListUsers', headers: { 'Content-Type': 'text/plain' } }));
  expect([other.headers.get('content-type'), other.error.Code]).toEqual(['application/xml', 'MethodNotAllowed']);
});
