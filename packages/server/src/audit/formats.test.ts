import { describe, expect, it } from 'vitest';
import { CSV_HEADER } from './csv.ts';
import { type ExportFormat, exported } from './formats.ts';
import type { TrailRecord } from './record.ts';

const event: TrailRecord = {
  eventVersion: '1.11',
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::123456789012:user/ana', userName: 'ana', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
  eventTime: '2026-11-22T03:04:05Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  awsRegion: 'us-east-1',
  sourceIPAddress: '192.0.2.7',
  userAgent: '[curl/7.88.1]',
  requestParameters: {
    bucketName: 'photos',
    key: 'März/a b.jpg',
    Host: 'files.example.com',
    'X-Amz-Expires': '900',
    'X-Amz-Signature': 'HIDDEN_DUE_TO_SECURITY_REASONS',
  },
  responseElements: null,
  additionalEventData: {
    SignatureVersion: 'SigV4',
    AuthenticationMethod: 'QueryString',
    bytesTransferredIn: 0,
    bytesTransferredOut: 1234,
    latchkey: {
      status: 200,
      receivedAt: '2026-11-22T03:04:05.678Z',
      durationMs: 12,
      method: 'GET',
      objectSizeBytes: 1234,
    } as TrailRecord['additionalEventData']['latchkey'],
  },
  requestID: '4B1D3E7A00000012',
  eventID: 'e075619a-9087-4c59-9887-da4f9b197dc9',
  readOnly: true,
  eventType: 'AwsApiCall',
  managementEvent: false,
  recipientAccountId: '123456789012',
  eventCategory: 'Data',
  recordedAt: 1,
  sequence: 2,
  hash: 'x',
};
const other: TrailRecord = { ...event, eventSource: 'latchkey', eventName: 'CreateLink' };

async function* each(...events: readonly TrailRecord[]) {
  yield* events;
}

async function textOf(format: ExportFormat, ...events: readonly TrailRecord[]): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of exported(format, each(...events), 'owner')) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

describe('an export as CloudTrail writes files', () => {
  it('is one JSON document with all events, without what chains our own lines', async () => {
    const { Records } = JSON.parse(await textOf('cloudtrail', event, other)) as { Records: readonly Partial<TrailRecord>[] };
    const { recordedAt: _recordedAt, sequence: _sequence, hash: _hash, ...rest } = event;
    expect(Records).toEqual([rest, { ...rest, eventSource: 'latchkey', eventName: 'CreateLink' }]);
  });
  it('is a document also without any event', async () => {
    expect(JSON.parse(await textOf('cloudtrail'))).toEqual({ Records: [] });
  });
});

describe('an export as S3 writes access logs', () => {
  it('has the fields of the reference, in its order', async () => {
    expect(await textOf('access-log', event)).toBe(
      'owner photos [22/Nov/2026:03:04:05 +0000] 192.0.2.7 arn:aws:iam::123456789012:user/ana 4B1D3E7A00000012 REST.GET.OBJECT M%C3%A4rz/a%20b.jpg ' +
        '"GET /photos/M%C3%A4rz/a%20b.jpg?X-Amz-Expires=900&X-Amz-Signature=HIDDEN_DUE_TO_SECURITY_REASONS HTTP/1.1" 200 - 1234 1234 12 - - ' +
        '"curl/7.88.1" - - SigV4 - QueryString files.example.com - - -\n',
    );
  });
  it('has what is done to S3, and nothing else', async () => {
    expect(await textOf('access-log', other)).toBe('');
  });
  it.each([
    ['UploadPart', 'PUT', 'photos', 'k', 'REST.PUT.PART'],
    ['CopyObject', 'PUT', 'photos', 'k', 'REST.COPY.OBJECT'],
    ['ListObjectsV2', 'GET', 'photos', undefined, 'REST.GET.BUCKET'],
    ['ListBuckets', 'GET', undefined, undefined, 'REST.GET.SERVICE'],
    ['PutBucketPolicy', 'PUT', 'photos', undefined, 'REST.PUT.BUCKETPOLICY'],
    ['HeadObject', 'HEAD', 'photos', 'k', 'REST.HEAD.OBJECT'],
  ])('calls %s by its name there', async (eventName, method, bucketName, key, name) => {
    const { latchkey } = event.additionalEventData;
    const parameters = { ...(bucketName && { bucketName }), ...(key && { key }) };
    const one = {
      ...event,
      eventName,
      requestParameters: parameters,
      additionalEventData: { ...event.additionalEventData, latchkey: { ...latchkey, method } },
    };
    expect(await textOf('access-log', one)).toContain(` ${name} `);
  });
  it('is one line of ASCII with as many fields, whatever a client has sent', async () => {
    const hostile = {
      ...event,
      userAgent: '[evil" 200 - "\n\u001b[2J ü \ud800]',
      requestParameters: { bucketName: 'photos', key: 'a" b\r\nowner photos', 'x\n': '\ud83d' },
    };
    const line = await textOf('access-log', hostile);
    expect(line).toMatch(/^[ -~]+\n$/);
    expect(line.match(/\[[^\]]*\]|"[^"]*"|\S+/g)).toHaveLength(26);
  });
});

describe('an export as a table', () => {
  const cellsOf = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));

  it('has a header and a row for each event', async () => {
    const [header, row, ...more] = cellsOf(await textOf('csv', event));
    expect(header).toEqual(CSV_HEADER.split(','));
    expect(more).toEqual([]);
    expect(Object.fromEntries((header ?? []).map((name, index) => [name, row?.[index]]))).toMatchObject({
      time: '2026-11-22T03:04:05Z',
      event: 'GetObject',
      status: '200',
      error: '',
      bucket: 'photos',
      key: 'März/a b.jpg',
      bytes_out: '1234',
      who: 'arn:aws:iam::123456789012:user/ana',
      address: '192.0.2.7',
      user_agent: 'curl/7.88.1',
    });
  });
  it.each([
    ['a,b', '"a,b"'],
    ['a"b', '"a""b"'],
    ['a\r\nb', 'a  b'],
    ['=HYPERLINK("http://evil")', '"\'=HYPERLINK(""http://evil"")"'],
    ['+1', '"\'+1"'],
    ['-1', '"\'-1"'],
    ['@SUM(A1)', '"\'@SUM(A1)"'],
    [' =1', '"\' =1"'],
    ['\t=1', '"\' =1"'],
    ['a\u202eb', 'a b'],
  ])('writes the key %j so that no spreadsheet and no reader takes it for more than text', async (key, cell) => {
    const text = await textOf('csv', { ...event, requestParameters: { bucketName: 'photos', key } });
    expect(text).toContain(`,photos,${cell},1234,`);
  });
});
