import { describe, expect, test } from 'vitest';
import { type ExplainOptions, explain } from './explain.ts';
import { type PresignOptions, presign } from './presign.ts';
import { refusalAsS3 } from './refusal-text.ts';
import type { HeaderField } from './request.ts';
import { parseTarget } from './target.ts';
import { verify } from './verify.ts';

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const now = new Date('2024-01-01T12:00:00Z');
const make = (options: Partial<PresignOptions> = {}) =>
  presign({
    bucket: 'photos',
    key: 'a b+c.jpg',
    region: 'us-east-1',
    endpoint: 'https://s3.test:9000',
    credentials,
    expiresIn: '1h',
    now,
    ...options,
  });

const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
const xml = (code: string, message: string, fields: Readonly<Record<string, string>> = {}): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${Object.entries(fields)
    .map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`)
    .join('')}<RequestId>1</RequestId></Error>`;

type Arrived = { readonly method?: string; readonly host?: string; readonly headers?: readonly HeaderField[]; readonly secret?: string };

/** The XML with which a server refuses a URL that arrived changed. */
async function refusal(url: string, { method = 'GET', host = 's3.test:9000', headers = [], secret }: Arrived = {}): Promise<string> {
  const target = parseTarget(url.replace(/^https?:\/\/[^/]*/, ''));
  if ('problem' in target) throw new Error(target.problem);
  const rules = { now, region: 'us-east-1', service: 's3', sigv2: true };
  const verdict = await verify({ method, target, headers: [['host', host], ...headers] }, rules, () => ({
    secretAccessKey: secret ?? credentials.secretAccessKey,
  }));
  if (verdict.kind !== 'refused') throw new Error(verdict.kind);
  const { code, message, fields } = refusalAsS3(verdict.refusal);
  return xml(code, message, fields);
}

describe('explain tells', () => {
  test('who signed what until when and what must be sent', () => {
    const { url } = make({ method: 'PUT', contentType: 'image/jpeg', maxSize: 5000, credentials: { ...credentials, sessionToken: 't' } });
    expect(explain(url, undefined, { now })).toEqual({
      kind: 'v4',
      host: 's3.test:9000',
      bucket: 'photos',
      key: 'a b+c.jpg',
      accessKeyId: credentials.accessKeyId,
      isTemporary: true,
      region: 'us-east-1',
      service: 's3',
      signedAt: now,
      expiresAt: new Date('2024-01-01T13:00:00Z'),
      isExpired: false,
      mustSend: ['content-type'],
      parameters: { 'X-Latchkey-Max-Size': '5000' },
      sentences: [
        'The access key AKIAIOSFODNN7EXAMPLE signed it for the object a b+c.jpg in the bucket photos at s3.test:9000 (signature version 4, region us-east-1).',
        'It is good until 2024-01-01T13:00:00.000Z.',
        'Its credentials are temporary: it ends with them, even if it says it lasts longer.',
        'These headers must be sent as they were signed: content-type.',
        'A Latchkey server limits it: Max-Size 5000.',
      ],
    });
  });
  test('bucket and key where the host names the bucket', () => {
    const url = make({ endpoint: undefined, region: 'eu-west-1' }).url;
    expect(explain(url, undefined, { now })).toMatchObject({ bucket: 'photos', key: 'a b+c.jpg' });
    expect(explain(make({ endpoint: 'http://localhost:9000', style: 'virtual' }).url)).toMatchObject({
      bucket: 'photos',
      key: 'a b+c.jpg',
    });
    expect(explain(make({ key: undefined }).url)).not.toHaveProperty('key');
  });
  test('when a URL expired', () => {
    const explained = explain(make().url, undefined, { now: new Date('2024-01-01T13:00:01Z') });
    expect(explained).toMatchObject({ isExpired: true });
    expect(explained.sentences).toContain('It expired at 2024-01-01T13:00:00.000Z.');
  });
  test('a URL of signature version 2', () => {
    const url = 'https://s3.test/b/k?AWSAccessKeyId=AKIA&Expires=1704114000&Signature=abc%3D&response-content-type=a';
    expect(explain(url, undefined, { now })).toMatchObject({
      kind: 'v2',
      accessKeyId: 'AKIA',
      expiresAt: new Date(1_704_114_000_000),
      parameters: { 'response-content-type': 'a' },
      isTemporary: false,
    });
  });
  test('that a URL carries no signature, or is none', () => {
    expect(explain('https://s3.test/b/k').kind).toBe('unsigned');
    for (const text of ['', 'k', '/b/k', 'https://s3.test/a b', 'https://s3.test/%', 'ftp://s3.test/'])
      expect(explain(text).kind).toBe('unreadable');
  });
  test('the fault of a URL that no server accepts', () => {
    const broken = make().url.replace('X-Amz-Expires=3600', 'X-Amz-Expires=999999');
    expect(explain(broken, undefined, { now }).sentences[0]).toMatch(/^No server accepts it: X-Amz-Expires must be less than a week/);
    const twice = make().url.replaceAll('%2F', '%252F');
    expect(explain(twice, undefined, { now }).sentences).toContain('It was percent-encoded twice (%2F became %252F).');
  });
  test('that a URL was copied out of HTML, and reads it all the same', () => {
    const explained = explain(make().url.replaceAll('&', '&amp;'), undefined, { now });
    expect(explained).toMatchObject({ kind: 'v4', isExpired: false });
    expect(explained.sentences[0]).toMatch(/&amp;/);
  });
});

describe('given a SignatureDoesNotMatch, explain finds', () => {
  const url = make().url;
  const difference = async (arrivedAs: string, arrived: Arrived = {}, options: ExplainOptions = {}, of = url) =>
    explain(of, await refusal(arrivedAs, arrived), { now, ...options });

  test.each<[string, string, Arrived, string, RegExp]>([
    ['a port lost from Host', url, { host: 's3.test' }, 'header', /^The port in Host differs: .* s3\.test:9000, .* s3\.test\./],
    ['a Host that a proxy rewrote', url, { host: '10.0.0.7' }, 'header', /a proxy in between rewrote Host/],
    ['a plus in the path taken for a space', url.replace('%2B', '%20'), {}, 'path', /plus sign and a space/],
    ['a space in the path taken for a plus', url.replace('%20', '%2B'), {}, 'path', /plus sign and a space/],
    ['a path encoded twice', url.replace('a%20b%2Bc', 'a%2520b%252Bc'), {}, 'path', /encoded a second time/],
    ['a prefix that a proxy took off', url.replace('/photos/', '/'), {}, 'path', /took \/photos off the front/],
    ['a prefix that a proxy put before', url.replace('/photos/', '/storage/photos/'), {}, 'path', /put \/storage before/],
    ['a key in another case', url.replace('.jpg', '.JPG'), {}, 'path', /Upper and lower case/],
    ['a key that was edited', url.replace('.jpg', '.png'), {}, 'path', /rewrote it, or the URL was edited/],
    ['a parameter that was added', `${url}&utm_source=mail`, {}, 'query', /added utm_source to the query/],
    [
      'an expiry that was edited',
      url.replace('Expires=3600', 'Expires=7200'),
      {},
      'query',
      /X-Amz-Expires was signed as "3600" but arrived as "7200"/,
    ],
    ['another secret', url, { secret: 'other' }, 'secret', /the secrets differ/],
    ['a header with the hash of the body', url, { headers: [['x-amz-content-sha256', 'a'.repeat(64)]] }, 'payload', /x-amz-content-sha256/],
    ['a signature that was edited', url.replace(/.$/, (last) => (last === '0' ? '1' : '0')), {}, 'signature', /another signature/],
    ['a signature cut off', url.slice(0, -3), {}, 'signature', /cut off/],
  ])('%s', async (_name, arrivedAs, arrived, part, culprit) => {
    const explained = await difference(arrivedAs, arrived);
    expect(explained).toMatchObject({ error: { code: 'SignatureDoesNotMatch' }, difference: { part } });
    expect(explained.sentences[0]).toMatch(culprit);
  });

  test('a double slash that a proxy merged, and dot segments that a browser removed', async () => {
    const slashes = make({ key: 'a//b' }).url;
    expect((await difference(slashes.replace('a//b', 'a/b'), {}, {}, slashes)).sentences[0]).toMatch(/merged double slashes/);
    const dots = make({ key: 'a/../b', allowDotSegments: true }).url;
    expect((await difference(dots.replace('a/../b', 'b'), {}, {}, dots)).sentences[0]).toMatch(/"\.\." segments/);
  });
  test('a prefix that a proxy took off, and slashes or dots that it tidied behind it', async () => {
    const under = (key: string) => make({ endpoint: 'https://s3.test:9000/storage', key, allowDotSegments: true }).url;
    for (const [key, arrived] of [
      ['a//b', 'a/b'],
      ['a/../b', 'b'],
    ] as const) {
      const url = under(key);
      const explained = await difference(url.replace(`/storage/photos/${key}`, `/photos/${arrived}`), {}, {}, url);
      expect(explained.sentences[0]).toMatch(/^A proxy took \/storage off the front of the path and tidied the rest/);
    }
  });
  test('a key whose accents were composed differently', async () => {
    const composed = make({ key: 'é.txt' }).url;
    expect(
      (await difference(make({ key: 'e\u0301.txt' }).url.split('?')[0] + composed.slice(composed.indexOf('?')), {}, {}, composed))
        .sentences[0],
    ).toMatch(/NFC and NFD/);
  });
  test('a parameter that was lost, encoded twice or lost its plus', async () => {
    const more = make({ query: { 'response-content-type': 'a/b+c' } }).url;
    const explained = (arrivedAs: string) => difference(arrivedAs, {}, {}, more);
    expect((await explained(more.replace(/&response-content-type=[^&]*/, ''))).sentences[0]).toMatch(/response-content-type was lost/);
    expect((await explained(more.replace('a%2Fb%2Bc', 'a%252Fb%252Bc'))).sentences[0]).toMatch(/encoded a second time/);
    expect((await explained(more.replace('a%2Fb%2Bc', 'a%2Fb+c'))).sentences[0]).toMatch(/plus sign in the parameter/);
  });
  test('another method, if it is known which was signed', async () => {
    expect(await difference(url, { method: 'HEAD' }, { method: 'GET' })).toMatchObject({
      difference: { part: 'method', ours: 'GET', theirs: 'HEAD' },
    });
    const sdk = make({ query: { 'x-id': 'GetObject' } }).url;
    expect(await difference(sdk, { method: 'HEAD' }, {}, sdk)).toMatchObject({
      difference: { part: 'method', ours: 'GET', theirs: 'HEAD' },
    });
  });
  test('a signed header that was not sent, or sent with another value', async () => {
    const put = make({ method: 'PUT', contentType: 'text/plain' }).url;
    const explained = (headers: readonly HeaderField[], options: ExplainOptions = {}) =>
      difference(put, { method: 'PUT', headers }, options, put);
    expect((await explained([])).sentences[0]).toBe('The header content-type was signed but not sent.');
    const unusual = make({ method: 'PUT', metadata: { some_name: 'x' } }).url;
    expect((await difference(unusual, { method: 'PUT' }, {}, unusual)).sentences[0]).toMatch(
      /x-amz-meta-some_name was signed but not sent\..*ignore_invalid_headers off/,
    );
    const known = { headers: { 'Content-Type': 'text/plain' } };
    expect((await explained([], known)).sentences[0]).toBe('The header content-type was signed but not sent: send it as text/plain.');
    expect((await explained([['content-type', 'text/plain; charset=utf-8']], known)).sentences[0]).toMatch(
      /client added to the content-type/,
    );
    expect((await explained([['content-type', 'image/png']], known)).sentences[0]).toMatch(
      /sent as "image\/png", but signed as "text\/plain"/,
    );
  });
  test('another region or another time in what the server signed', async () => {
    const text = (time: string, scope: string) => ({ StringToSign: `AWS4-HMAC-SHA256\n${time}\n${scope}\nabc` });
    const scope = '20240101/eu-west-1/s3/aws4_request';
    const other = explain(url, xml('SignatureDoesNotMatch', 'm', text('20240101T120000Z', scope)), { now });
    expect(other).toMatchObject({ difference: { part: 'scope', theirs: scope } });
    const later = explain(url, xml('SignatureDoesNotMatch', 'm', text('20240101T120500Z', '20240101/us-east-1/s3/aws4_request')), { now });
    expect(later).toMatchObject({ difference: { part: 'time', ours: '20240101T120000Z', theirs: '20240101T120500Z' } });
  });
  test('the Content-Type that signature version 2 signs though nobody knew', () => {
    const v2 = 'https://s3.test/b/k?AWSAccessKeyId=AKIA&Expires=1704114000&Signature=abc';
    const sent = { StringToSign: 'PUT\n\ntext/plain\n1704114000\n/b/k', SignatureProvided: 'abc' };
    expect(explain(v2, xml('SignatureDoesNotMatch', 'm', sent), { now }).sentences[0]).toMatch(/Signature version 2 signs that header/);
  });
  test('nothing to compare in a document that shows nothing', () => {
    expect(explain(url, xml('SignatureDoesNotMatch', 'm'), { now })).toMatchObject({ difference: { part: 'secret' } });
  });
});

describe('given another refusal, explain says what to do about', () => {
  const url = make().url;
  const sentences = (document: string, at = now): string => explain(url, document, { now: at }).sentences.join('\n');

  test('unsigned headers', async () => {
    expect(sentences(await refusal(url, { headers: [['x-amz-acl', 'private']] }))).toContain('sent but not signed: x-amz-acl');
  });
  test('expiry by a clock that is ahead', () => {
    const fields = { Expires: '2024-01-01T13:00:00Z', ServerTime: '2024-01-01T13:30:00Z' };
    expect(sentences(xml('AccessDenied', 'Request has expired', fields))).toContain("the server's clock is 90 minutes ahead");
    expect(sentences(xml('AccessDenied', 'Request has expired', fields), new Date('2024-01-01T13:30:00Z'))).not.toContain('minutes');
  });
  test.each<[string, string, Record<string, string>, string]>([
    ['AccessDenied', 'Access Denied', {}, 'may not do this'],
    ['AccessDenied', 'Request is not valid yet', {}, 'clock is ahead'],
    ['RequestTimeTooSkewed', 'm', { RequestTime: 'r', ServerTime: 's' }, 'The clocks differ: the request says r, the server s'],
    ['AuthorizationQueryParametersError', 'm', { Region: 'eu-west-1' }, 'Sign with the region eu-west-1.'],
    ['InvalidAccessKeyId', 'm', {}, 'does not exist on this server'],
    ['ExpiredToken', 'm', {}, 'temporary credentials have ended'],
    ['InvalidToken', 'm', {}, 'must be %2B'],
    ['InvalidArgument', 'm', { ArgumentName: 'Authorization' }, 'Send no Authorization header'],
    ['PermanentRedirect', 'm', { Endpoint: 'b.s3.eu-west-1.amazonaws.com' }, 'lives elsewhere (b.s3.eu-west-1.amazonaws.com)'],
    ['NoSuchBucket', 'm', { BucketName: 'photos' }, 'tell the server its public address, s3.test:9000/photos.'],
    ['NoSuchKey', 'The specified key does not exist.', {}, 'The server answered NoSuchKey: The specified key does not exist.'],
  ])('%s %s %j', (code, message, fields, expected) => {
    expect(sentences(xml(code, message, fields))).toContain(expected);
  });
  test('a bucket that is not there and not in the path', () => {
    expect(sentences(xml('NoSuchBucket', 'm', { BucketName: 'other' }))).not.toContain('public address');
  });
  test.each([
    [
      '<html><head><title>413 Request Entity Too Large</title></head><body><center><h1>413 Request Entity Too Large</h1></center>',
      'client_max_body_size 0',
    ],
    ['<html>\r\n<h1>414 Request-URI Too Large</h1>', 'large_client_header_buffers'],
    ['<html><h1>400 Bad Request</h1><center>Request Header Or Cookie Too Large</center>', 'large_client_header_buffers'],
    ['<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>', 'is that running'],
    ['<!DOCTYPE html><title>Moved</title>', 'A proxy answered, not the store: Moved.'],
    ['<html>', 'A proxy answered, not the store. Its own log says why.'],
  ])('a page of a proxy: %s', (page, expected) => {
    expect(sentences(page)).toContain(expected);
  });
  test('something that is no S3 error document', () => {
    for (const document of ['', '<html><title>502</title></html>', '<Code>&#xFFFFFF;</Code>', '<Error>'.repeat(1000)]) {
      expect(() => explain(url, document, { now })).not.toThrow();
    }
    expect(sentences('')).toContain('The answer is not an S3 error document.');
  });
});
