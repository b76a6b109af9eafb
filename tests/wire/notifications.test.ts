/** S3's event notifications: the configuration of a bucket, and what is told of its objects. */
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import { md5Base64 } from '../support/independent-signer.ts';
import { done, type Json } from '../support/json-api.ts';
import { newLink, uploadForm } from '../support/links.ts';
import { type TestServer, testServer } from '../support/test-server.ts';
import { isSigned, type Receiver, webhookReceiver } from '../support/webhook-receiver.ts';
import { anonymous, expectError, send, signed, type Wanted, xmlParts, xmlTexts } from '../support/wire-client.ts';

let server: TestServer;
let receiver: Receiver;
let hook: Json;
beforeAll(async () => {
  server = await testServer({ webhooks: { allowedNetworks: ['127.0.0.1'] } });
  receiver = await webhookReceiver();
  hook = await done(server, 'POST', '/webhooks', { json: { url: receiver.url } });
  await s3('PUT', '/box');
});
afterAll(async () => {
  await receiver.close();
  await server.close(0);
});
afterEach(async () => {
  await configure('');
  while ((await done(server, 'GET', `/webhooks/${hook.id}`)).waiting > 0);
  receiver.received.length = 0;
});

const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
const documentOf = (inner: string) =>
  `<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</NotificationConfiguration>`;
const configure = (inner: string, wanted: Wanted = {}) =>
  s3('PUT', '/box', { query: { notification: '' }, body: documentOf(inner), ...wanted });
const rule = (events: readonly string[], { id = 'rule', filter = '', arn = hook.arn as string } = {}): string =>
  `<QueueConfiguration><Id>${id}</Id><Queue>${arn}</Queue>${events.map((event) => `<Event>${event}</Event>`).join('')}${filter}</QueueConfiguration>`;
const filterOf = (name: string, value: string) =>
  `<Filter><S3Key><FilterRule><Name>${name}</Name><Value>${value}</Value></FilterRule></S3Key></Filter>`;
const SILENT = { headers: { 'x-amz-skip-destination-validation': 'true' } };
const told = () => receiver.received.map(({ json }) => json.Records?.[0]).filter((record) => record !== undefined);
const untilTold = async (count: number): Promise<Json[]> => {
  await receiver.until(() => told().length >= count, `${count} events`);
  return told();
};

describe('the configuration', () => {
  it('comes back as it was put, and is empty where nothing is set', async () => {
    const unset = await s3('GET', '/box', { query: { notification: '' } });
    expect([unset.status, xmlParts(unset.text, 'QueueConfiguration')]).toEqual([200, []]);
    expect(
      (await configure(rule(['s3:ObjectCreated:*', 's3:ObjectRemoved:Delete'], { filter: filterOf('prefix', 'in/') }), SILENT)).status,
    ).toBe(200);
    const { text } = await s3('GET', '/box', { query: { notification: '' } });
    expect([xmlTexts(text, 'Id'), xmlTexts(text, 'Queue'), xmlTexts(text, 'Event'), xmlTexts(text, 'Value')]).toEqual([
      ['rule'],
      [hook.arn],
      ['s3:ObjectCreated:*', 's3:ObjectRemoved:Delete'],
      ['in/'],
    ]);
  });

  it('may name a webhook as a queue, a topic or a function', async () => {
    const [sns, lambda] = [
      hook.arn.replace(':sqs:', ':sns:'),
      hook.arn.replace(':sqs:', ':lambda:').replace(/:(LKWH\w+)$/, ':function:$1'),
    ];
    const inner = `<TopicConfiguration><Topic>${sns}</Topic><Event>s3:ObjectCreated:Put</Event></TopicConfiguration>
      <CloudFunctionConfiguration><CloudFunction>${lambda}</CloudFunction><Event>s3:ObjectRemoved:*</Event></CloudFunctionConfiguration>`;
    expect((await configure(inner, SILENT)).status).toBe(200);
    await s3('PUT', '/box/a', { body: 'x' });
    await s3('DELETE', '/box/a');
    expect((await untilTold(2)).map(({ eventName }) => eventName)).toEqual(['ObjectCreated:Put', 'ObjectRemoved:Delete']);
  });

  it('sends each destination a test event', async () => {
    await configure(rule(['s3:ObjectCreated:Put'], { id: 'a' }) + rule(['s3:ObjectRemoved:*'], { id: 'b' }));
    await receiver.until((received) => received.length === 1, 'a test event');
    expect(receiver.received[0]?.json).toMatchObject({
      Service: 'Amazon S3',
      Event: 's3:TestEvent',
      Bucket: 'box',
      RequestId: expect.any(String),
    });
  });

  it('goes with its bucket', async () => {
    await s3('PUT', '/brief');
    await s3('PUT', '/brief', { query: { notification: '' }, body: documentOf(rule(['s3:ObjectCreated:*'])), ...SILENT });
    await s3('DELETE', '/brief');
    await s3('PUT', '/brief');
    expect(xmlParts((await s3('GET', '/brief', { query: { notification: '' } })).text, 'QueueConfiguration')).toEqual([]);
  });

  test.each([
    [
      'a webhook that is not there',
      (): string => rule(['s3:ObjectCreated:*'], { arn: hook.arn.replace(/.{4}$/, 'AAAA') }),
      'InvalidArgument',
      400,
    ],
    [
      'another region',
      (): string => rule(['s3:ObjectCreated:*'], { arn: hook.arn.replace('us-east-1', 'eu-west-1') }),
      'InvalidArgument',
      400,
    ],
    [
      'another account',
      (): string => rule(['s3:ObjectCreated:*'], { arn: hook.arn.replace(/:\d{12}:/, ':000000000000:') }),
      'InvalidArgument',
      400,
    ],
    ['no ARN', (): string => rule(['s3:ObjectCreated:*'], { arn: 'https://example.com/' }), 'InvalidArgument', 400],
    ['an event that S3 does not know', (): string => rule(['s3:ObjectCreated:Get']), 'InvalidArgument', 400],
    [
      'rules that overlap',
      (): string => rule(['s3:ObjectCreated:*'], { id: 'a' }) + rule(['s3:ObjectCreated:Put'], { id: 'b' }),
      'InvalidArgument',
      400,
    ],
    ['Amazon EventBridge', (): string => '<EventBridgeConfiguration/>', 'NotImplemented', 501],
    ['another element', (): string => '<Rule/>', 'MalformedXML', 400],
  ] as const)('with %s is refused, and the old one stays', async (_, inner, code, status) => {
    await configure(rule(['s3:ObjectCreated:Put'], { id: 'old' }), SILENT);
    expectError(await configure(inner()), { status, code });
    expect(xmlTexts((await s3('GET', '/box', { query: { notification: '' } })).text, 'Id')).toEqual(['old']);
  });

  it('may be set and read by nobody but who may', async () => {
    for (const method of ['GET', 'PUT'])
      expectError(await send(server, anonymous(server, method, '/box', { query: { notification: '' }, body: documentOf('') })), {
        status: 403,
        code: 'AccessDenied',
      });
    expectError(await s3('GET', '/not-there', { query: { notification: '' } }), { status: 404, code: 'NoSuchBucket' });
  });
});

describe('what is told', () => {
  it('is what S3 tells of an object', async () => {
    await configure(rule(['s3:ObjectCreated:*'], { id: 'new ones' }), SILENT);
    const put = await s3('PUT', '/box/a folder/red flower.jpg', { body: 'bytes' });
    const [record] = await untilTold(1);
    expect(record).toEqual({
      eventVersion: '2.5',
      eventSource: 'aws:s3',
      awsRegion: 'us-east-1',
      eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      eventName: 'ObjectCreated:Put',
      userIdentity: { principalId: expect.stringMatching(/^\d{12}$/) },
      requestParameters: { sourceIPAddress: '127.0.0.1' },
      responseElements: { 'x-amz-request-id': put.headers.get('x-amz-request-id'), 'x-amz-id-2': put.headers.get('x-amz-id-2') },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId: 'new ones',
        bucket: { name: 'box', ownerIdentity: { principalId: expect.stringMatching(/^[0-9a-f]{64}$/) }, arn: 'arn:aws:s3:::box' },
        object: {
          key: 'a+folder/red+flower.jpg',
          size: 5,
          eTag: createHash('md5').update('bytes').digest('hex'),
          sequencer: expect.stringMatching(/^[0-9A-F]{16}$/),
        },
      },
    });
    expect(isSigned(receiver.received[0]!, hook.secret)).toBe(true);
  });

  it('is each way in which objects come and go, in order, with a sequencer that grows', async () => {
    await configure(rule(['s3:ObjectCreated:*', 's3:ObjectRemoved:*', 's3:ObjectTagging:*']), SILENT);
    await s3('PUT', '/box/k', { body: 'put' });
    await s3('PUT', '/box/k', { headers: { 'x-amz-copy-source': '/box/k', 'x-amz-metadata-directive': 'REPLACE' } });
    const { text } = await s3('POST', '/box/k', { query: { uploads: '' } });
    const uploadId = xmlTexts(text, 'UploadId')[0]!;
    const part = await s3('PUT', '/box/k', { query: { uploadId, partNumber: '1' }, body: 'part' });
    const etag = part.headers.get('etag')!.replaceAll('"', '&quot;');
    const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`;
    await s3('POST', '/box/k', { query: { uploadId }, body });
    await s3('POST', '/box/k', { query: { uploadId }, body });
    const form = await newLink(server, '/box/k', { method: 'POST' });
    expect((await uploadForm(server, form, { content: 'posted' })).status).toBe(204);
    const tagging = '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>';
    await s3('PUT', '/box/k', { query: { tagging: '' }, body: tagging, headers: { 'content-md5': md5Base64(tagging) } });
    await s3('DELETE', '/box/k', { query: { tagging: '' } });
    const removal = '<Delete><Object><Key>k</Key></Object><Object><Key>not there</Key></Object></Delete>';
    await s3('POST', '/box', { query: { delete: '' }, body: removal, headers: { 'content-md5': md5Base64(removal) } });
    await s3('PUT', '/box/k', { body: 'again' });
    await s3('DELETE', '/box/k');
    await s3('DELETE', '/box/k');
    const records = await untilTold(9);
    expect(records.map(({ eventName }) => eventName)).toEqual([
      'ObjectCreated:Put',
      'ObjectCreated:Copy',
      'ObjectCreated:CompleteMultipartUpload',
      'ObjectCreated:Post',
      'ObjectTagging:Put',
      'ObjectTagging:Delete',
      'ObjectRemoved:Delete',
      'ObjectCreated:Put',
      'ObjectRemoved:Delete',
    ]);
    const sequencers = records.map(({ s3: { object } }) => object.sequencer);
    expect(sequencers).toEqual([...new Set(sequencers)].sort());
    expect(records.map(({ s3: { object } }) => object.size)).toEqual([3, 3, 4, 6, undefined, undefined, undefined, 5, undefined]);
  });

  it('is what the filter fits, and nothing that failed', async () => {
    await configure(rule(['s3:ObjectCreated:Put'], { filter: filterOf('suffix', '.jpg') }), SILENT);
    await s3('PUT', '/box/a.txt', { body: 'x' });
    await s3('PUT', '/box/a.jpg', { body: 'x', headers: { 'content-md5': md5Base64('y') } });
    await s3('PUT', '/box/b.jpg', { body: 'x', headers: { 'if-match': '"none"' } });
    await s3('PUT', '/box/c.jpg', { body: 'x' });
    await s3('DELETE', '/box/c.jpg');
    await s3('PUT', '/box/last.jpg', { body: 'x' });
    expect((await untilTold(2)).map(({ s3: { object } }) => object.key)).toEqual(['c.jpg', 'last.jpg']);
  });

  it('is nothing any more once the configuration is taken away', async () => {
    await configure(rule(['s3:ObjectCreated:Put']), SILENT);
    await s3('PUT', '/box/told', { body: 'x' });
    await configure('');
    await s3('PUT', '/box/not-told', { body: 'x' });
    await configure(rule(['s3:ObjectCreated:Put']), SILENT);
    await s3('PUT', '/box/told-again', { body: 'x' });
    expect((await untilTold(2)).map(({ s3: { object } }) => object.key)).toEqual(['told', 'told-again']);
  });
});
