import { describe, expect, it, test } from 'vitest';
import { notificationXml, parseNotification } from './notification.ts';
import { type NotificationFacts, notificationMessage } from './notification-record.ts';

const ARN = 'arn:aws:sqs:us-east-1:123456789012:LKWHAAAAAAAAAAAAAAAA';
const wrapped = (inner: string) =>
  `<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</NotificationConfiguration>`;
const queue = (inner: string, events = ['s3:ObjectCreated:*']) =>
  `<QueueConfiguration>${inner}<Queue>${ARN}</Queue>${events.map((event) => `<Event>${event}</Event>`).join('')}</QueueConfiguration>`;
const filter = (...rules: readonly (readonly [name: string, value: string])[]) =>
  `<Filter><S3Key>${rules.map(([name, value]) => `<FilterRule><Name>${name}</Name><Value>${value}</Value></FilterRule>`).join('')}</S3Key></Filter>`;
let ids = 0;
const parse = (inner: string) => parseNotification(wrapped(inner), () => `made-${++ids}`);

describe('a notification configuration', () => {
  it('is read with its events and filter, and written back the same', () => {
    const rules = parse(
      queue(`<Id>one</Id>${filter(['prefix', 'a/'], ['Suffix', '.jpg'])}`, ['s3:ObjectCreated:Put', 's3:ObjectRemoved:*']),
    );
    expect(rules).toEqual([
      { id: 'one', kind: 'queue', destination: ARN, events: ['s3:ObjectCreated:Put', 's3:ObjectRemoved:*'], prefix: 'a/', suffix: '.jpg' },
    ]);
    expect(parseNotification(notificationXml(rules), () => 'never')).toEqual(rules);
  });
  it('has rules for queues, topics and functions', () => {
    const rules = parse(
      `<TopicConfiguration><Topic>t</Topic><Event>s3:ObjectCreated:Put</Event></TopicConfiguration>
       <CloudFunctionConfiguration><CloudFunction>f</CloudFunction><Event>s3:ObjectRemoved:Delete</Event></CloudFunctionConfiguration>`,
    );
    expect(rules.map(({ kind, destination }) => [kind, destination])).toEqual([
      ['topic', 't'],
      ['function', 'f'],
    ]);
    expect(parseNotification(notificationXml(rules), () => 'never')).toEqual(rules);
  });
  it('gets an id for each rule that has none', () => {
    const [one] = parse(queue(''));
    expect(one?.id).toMatch(/^made-\d+$/);
  });
  it('may be empty, which ends all notifications', () => {
    expect(parse('')).toEqual([]);
  });
  it('may tell one event by several rules, as long as no object fits two of them', () => {
    const apart = [
      queue(filter(['prefix', 'a/'])) + queue(filter(['prefix', 'b/'])),
      queue(filter(['suffix', '.jpg'])) + queue(filter(['suffix', '.png'])),
      queue('', ['s3:ObjectCreated:Put']) + queue('', ['s3:ObjectCreated:Copy', 's3:ObjectRemoved:*']),
    ];
    for (const inner of apart) expect(parse(inner)).toHaveLength(2);
  });
  test.each([
    ['rules that overlap', queue('') + queue(filter(['prefix', 'a/'])), 'InvalidArgument', /overlap/],
    ['a group and one of it', queue('') + queue('', ['s3:ObjectCreated:Put']), 'InvalidArgument', /overlap/],
    ['prefixes that overlap', queue(filter(['prefix', 'a'])) + queue(filter(['prefix', 'ab'])), 'InvalidArgument', /overlap/],
    ['the same id twice', queue('<Id>a</Id>') + queue('<Id>a</Id>', ['s3:ObjectRemoved:*']), 'InvalidArgument', /Same ID/],
    ['an event that S3 does not know', queue('', ['s3:ObjectRead:Get']), 'InvalidArgument', /not supported for notifications/],
    ['an event that is no such one', queue('', ['s3:ObjectCreated:Get']), 'InvalidArgument', /not supported/],
    ['two prefixes', queue(filter(['prefix', 'a'], ['prefix', 'b'])), 'InvalidArgument', /more than one prefix/],
    ['another filter', queue(filter(['regex', 'a'])), 'InvalidArgument', /prefix or suffix/],
    ['a long filter', queue(filter(['prefix', 'a'.repeat(1025)])), 'InvalidArgument', /1024/],
    ['a long id', queue(`<Id>${'a'.repeat(256)}</Id>`), 'InvalidArgument', /255/],
    ['no event', queue('', []), 'MalformedXML', /./],
    ['no destination', '<QueueConfiguration><Event>s3:ObjectCreated:*</Event></QueueConfiguration>', 'MalformedXML', /./],
    ['an element that is none', '<Other/>', 'MalformedXML', /./],
    ['Amazon EventBridge', '<EventBridgeConfiguration/>', 'NotImplemented', /EventBridge/],
  ])('with %s is refused', (_, inner, code, message) => {
    expect(() => parse(inner)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});

describe('the message of an event', () => {
  const facts: NotificationFacts = {
    event: 'ObjectCreated:Put',
    region: 'eu-central-1',
    at: Date.UTC(2026, 10, 22, 3, 4, 5, 678),
    principalId: 'AWS:AIDAEXAMPLE',
    sourceIp: '192.0.2.7',
    requestId: 'REQUEST',
    hostId: 'HOST',
    configurationId: 'rule',
    ownerId: 'f'.repeat(64),
    bucket: 'photos',
    key: "holidays/red flower (1)*~'ü+.jpg",
    object: { sizeBytes: 7, etag: 'abc' },
    sequence: 0x1234,
  };
  it('has the members of S3, in its order', () => {
    expect(JSON.parse(notificationMessage(facts))).toEqual({
      Records: [
        {
          eventVersion: '2.5',
          eventSource: 'aws:s3',
          awsRegion: 'eu-central-1',
          eventTime: '2026-11-22T03:04:05.678Z',
          eventName: 'ObjectCreated:Put',
          userIdentity: { principalId: 'AWS:AIDAEXAMPLE' },
          requestParameters: { sourceIPAddress: '192.0.2.7' },
          responseElements: { 'x-amz-request-id': 'REQUEST', 'x-amz-id-2': 'HOST' },
          s3: {
            s3SchemaVersion: '1.0',
            configurationId: 'rule',
            bucket: { name: 'photos', ownerIdentity: { principalId: 'f'.repeat(64) }, arn: 'arn:aws:s3:::photos' },
            object: {
              key: 'holidays/red+flower+%281%29*%7E%27%C3%BC%2B.jpg',
              size: 7,
              eTag: 'abc',
              sequencer: '0000000000001234',
            },
          },
        },
      ],
    });
  });
  it('has a key that form decoding gives back', () => {
    const { key } = JSON.parse(notificationMessage(facts)).Records[0].s3.object as { key: string };
    expect(new URLSearchParams(`k=${key}`).get('k')).toBe(facts.key);
  });
  it('has neither size nor ETag of what is gone', () => {
    const [record] = JSON.parse(notificationMessage({ ...facts, event: 'ObjectRemoved:Delete', object: undefined })).Records;
    expect(Object.keys(record.s3.object)).toEqual(['key', 'sequencer']);
  });
  it('fits into 64 KB whatever the names are', () => {
    const longest = { ...facts, key: '\u{1f600}'.repeat(256), configurationId: '"'.repeat(255), bucket: 'b'.repeat(63) };
    expect(Buffer.byteLength(notificationMessage(longest))).toBeLessThan(64 * 1024);
  });
});
