/** Which reads are in the audit trail is for the operator to say; what changes something or is refused is in it whatever was said. */

import { openMemoryTrailStore } from '@latchkey/storage/memory-trail-store';
import type { TrailStore } from '@latchkey/storage/trail-store';
import { expect, test } from 'vitest';
import { newLink, use } from '../support/links.ts';
import { testServer } from '../support/test-server.ts';
import { presigned, send, signed } from '../support/wire-client.ts';

async function recorded(auditReads: 'all' | 'presigned' | 'none' | undefined): Promise<string[]> {
  const trail = openMemoryTrailStore();
  const kept: TrailStore = { ...trail, close: async () => undefined };
  const server = await testServer({ trail: kept, auditReads });
  await send(server, signed(server, 'PUT', '/box'));
  await send(server, signed(server, 'PUT', '/box/note', { body: 'a note' }));
  await send(server, signed(server, 'GET', '/box/note'));
  await send(server, signed(server, 'GET', '/box'));
  await send(server, presigned(server, 'GET', '/box/note'));
  await use(server, await newLink(server, '/box/note'));
  await send(server, signed(server, 'GET', '/box/absent'));
  await send(
    server,
    signed(server, 'GET', '/box/note', { credentials: { accessKeyId: 'LKROOTEXAMPLE2345678', secretAccessKey: 'wrong' } }),
  );
  await send(server, signed(server, 'DELETE', '/box/note'));
  await server.close();
  const { lines } = await trail.find({ terms: [], limit: 1000 });
  return lines
    .map((line) => JSON.parse(line))
    .filter(({ eventType }) => eventType === 'AwsApiCall')
    .map(nameOf);
}

// biome-ignore lint/suspicious/noExplicitAny: a line of JSON
const nameOf = ({ eventName, errorCode, additionalEventData }: any): string =>
  [eventName, additionalEventData.AuthenticationMethod, errorCode].filter((part) => part !== undefined).join(' ');

const CHANGES = ['CreateBucket AuthHeader', 'PutObject AuthHeader', 'CreateLink AuthHeader', 'DeleteObject AuthHeader'];
const REFUSED = ['GetObject AuthHeader NoSuchKey', 'GetObject SignatureDoesNotMatch'];
const PRESIGNED = ['GetObject QueryString', 'GetObject QueryString'];

test('all of them where nothing is said', async () => {
  const reads = ['GetObject AuthHeader', 'ListObjects AuthHeader', ...PRESIGNED];
  expect((await recorded(undefined)).sort()).toEqual([...CHANGES, ...REFUSED, ...reads].sort());
});
test('those through links and pre-signed URLs', async () => {
  expect((await recorded('presigned')).sort()).toEqual([...CHANGES, ...REFUSED, ...PRESIGNED].sort());
});
test('none that was answered', async () => {
  expect((await recorded('none')).sort()).toEqual([...CHANGES, ...REFUSED].sort());
});
