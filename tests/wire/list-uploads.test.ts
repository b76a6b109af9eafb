/** ListParts and ListMultipartUploads. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { md5Hex, type SigningCredentials } from '../support/independent-signer.ts';
import { allow, credentialsOf, done, newRole, newUser, policyOf } from '../support/query-client.ts';
import { testServer } from '../support/test-server.ts';
import { expectError, send, signed, type Wanted, xmlParts, xmlTexts } from '../support/wire-client.ts';

const server = await testServer();
afterAll(() => server.close());
const s3 = (method: string, path: string, wanted?: Wanted) => send(server, signed(server, method, path, wanted));
const begin = async (path: string) => xmlTexts((await s3('POST', path, { query: { uploads: '' } })).text, 'UploadId')[0] ?? '';

describe('ListParts', () => {
  let uploadId = '';
  beforeAll(async () => {
    await s3('PUT', '/box');
    uploadId = await begin('/box/big');
    for (const number of [3, 1, 20, 100, 2])
      await s3('PUT', '/box/big', { query: { partNumber: String(number), uploadId }, body: `part ${number}` });
  });
  const list = (query: Record<string, string> = {}) => s3('GET', '/box/big', { query: { uploadId, ...query } });

  test('names the parts in order, with ETag, size and date', async () => {
    const { status, text } = await list();
    expect([status, xmlTexts(text, 'PartNumber'), xmlTexts(text, 'Size'), xmlTexts(text, 'IsTruncated')]).toEqual([
      200,
      ['1', '2', '3', '20', '100'],
      ['6', '6', '6', '7', '8'],
      ['false'],
    ]);
    expect(xmlTexts(text, 'ETag')[0]).toBe(`"${md5Hex('part 1')}"`);
    expect(xmlTexts(text, 'LastModified')[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
    expect([
      xmlTexts(text, 'Bucket'),
      xmlTexts(text, 'Key'),
      xmlTexts(text, 'UploadId'),
      xmlTexts(text, 'StorageClass'),
      xmlTexts(text, 'MaxParts'),
      xmlTexts(text, 'PartNumberMarker'),
    ]).toEqual([['box'], ['big'], [uploadId], ['STANDARD'], ['1000'], ['0']]);
    const owner = xmlTexts((await s3('GET', '/')).text, 'ID');
    expect([xmlTexts(xmlParts(text, 'Owner')[0] ?? '', 'ID'), xmlTexts(xmlParts(text, 'Initiator')[0] ?? '', 'ID')]).toEqual([
      owner,
      owner,
    ]);
  });
  test('gives pages', async () => {
    const first = await list({ 'max-parts': '2' });
    expect([
      xmlTexts(first.text, 'PartNumber'),
      xmlTexts(first.text, 'IsTruncated'),
      xmlTexts(first.text, 'NextPartNumberMarker'),
      xmlTexts(first.text, 'MaxParts'),
    ]).toEqual([['1', '2'], ['true'], ['2'], ['2']]);
    const second = await list({ 'part-number-marker': '2' });
    expect([xmlTexts(second.text, 'PartNumber'), xmlTexts(second.text, 'IsTruncated')]).toEqual([['3', '20', '100'], ['false']]);
    expect(xmlTexts((await list({ 'part-number-marker': '100' })).text, 'PartNumber')).toEqual([]);
  });
  test('of none has no part', async () => {
    const empty = await begin('/box/empty');
    const { status, text } = await s3('GET', '/box/empty', { query: { uploadId: empty } });
    expect([status, xmlTexts(text, 'PartNumber'), xmlTexts(text, 'IsTruncated')]).toEqual([200, [], ['false']]);
  });
  test.each([
    ['max-parts', '-1'],
    ['max-parts', 'ten'],
    ['max-parts', '2147483648'],
    ['part-number-marker', '-1'],
    ['part-number-marker', 'x'],
  ])('%s %s is InvalidArgument', async (name, value) => {
    const reply = await list({ [name]: value });
    expectError(reply, { status: 400, code: 'InvalidArgument' });
    expect([reply.error.ArgumentName, reply.error.ArgumentValue]).toEqual([name, value]);
  });
  test('of an upload that is not there, or of another key, is NoSuchUpload', async () => {
    expectError(await s3('GET', '/box/big', { query: { uploadId: 'none' } }), { status: 404, code: 'NoSuchUpload' });
    expectError(await s3('GET', '/box/other', { query: { uploadId } }), { status: 404, code: 'NoSuchUpload' });
  });
});

describe('ListMultipartUploads', () => {
  const uploads: { key: string; id: string }[] = [];
  beforeAll(async () => {
    await s3('PUT', '/many');
    let moment = Date.now();
    for (const key of ['b', 'a', 'dir/x', 'dir/y', 'b', 'é z']) {
      moment += 1000;
      server.clock.now = () => moment;
      uploads.push({ key, id: await begin(`/many/${key}`) });
    }
  });
  const list = async (query: Record<string, string> = {}) => {
    const reply = await s3('GET', '/many', { query: { uploads: '', ...query } });
    expect(reply.status, reply.text).toBe(200);
    const entries = xmlParts(reply.text, 'Upload');
    return {
      text: reply.text,
      keys: entries.flatMap((entry) => xmlTexts(entry, 'Key')),
      ids: entries.flatMap((entry) => xmlTexts(entry, 'UploadId')),
      prefixes: xmlParts(reply.text, 'CommonPrefixes').flatMap((entry) => xmlTexts(entry, 'Prefix')),
      one: (element: string) => xmlTexts(reply.text.replaceAll(/<(Upload|CommonPrefixes)>[\s\S]*?<\/\1>/g, ''), element)[0],
    };
  };

  test('of none is empty', async () => {
    await s3('PUT', '/none-begun');
    const { status, text } = await s3('GET', '/none-begun', { query: { uploads: '' } });
    expect([status, xmlParts(text, 'Upload'), xmlTexts(text, 'IsTruncated')]).toEqual([200, [], ['false']]);
    expect(text).toMatch(/<ListMultipartUploadsResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">/);
  });
  test('names all uploads by key, those of one key in the order they were begun', async () => {
    const { keys, ids, text, one } = await list();
    expect(keys).toEqual(['a', 'b', 'b', 'dir/x', 'dir/y', 'é z']);
    expect([ids[1], ids[2]]).toEqual(uploads.filter(({ key }) => key === 'b').map(({ id }) => id));
    expect([one('Bucket'), one('KeyMarker'), one('UploadIdMarker'), one('MaxUploads'), one('IsTruncated')]).toEqual([
      'many',
      '',
      '',
      '1000',
      'false',
    ]);
    const [entry = ''] = xmlParts(text, 'Upload');
    expect(xmlTexts(entry, 'Initiated')[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
    expect([xmlTexts(entry, 'StorageClass'), xmlParts(entry, 'Owner').length, xmlParts(entry, 'Initiator').length]).toEqual([
      ['STANDARD'],
      1,
      1,
    ]);
  });
  test('by prefix and delimiter', async () => {
    expect((await list({ prefix: 'dir/' })).keys).toEqual(['dir/x', 'dir/y']);
    const { keys, prefixes } = await list({ delimiter: '/' });
    expect([keys, prefixes]).toEqual([['a', 'b', 'b', 'é z'], ['dir/']]);
  });
  test('gives pages that part uploads of one key', async () => {
    const found: string[] = [];
    let marker: Record<string, string> = {};
    for (let page = 0; page < 10; page++) {
      const { ids, one } = await list({ 'max-uploads': '2', ...marker });
      found.push(...ids);
      marker = { 'key-marker': one('NextKeyMarker') ?? '', 'upload-id-marker': one('NextUploadIdMarker') ?? '' };
      if (one('IsTruncated') !== 'true') break;
    }
    expect(found).toEqual((await list()).ids);
  });
  test('a key-marker alone begins behind all uploads of that key', async () => {
    expect((await list({ 'key-marker': 'b' })).keys).toEqual(['dir/x', 'dir/y', 'é z']);
  });
  test('an upload-id-marker without a key-marker says nothing', async () => {
    expect((await list({ 'upload-id-marker': 'anything' })).keys).toHaveLength(6);
  });
  test('encodes keys for encoding-type=url', async () => {
    expect((await list({ 'encoding-type': 'url' })).keys.at(-1)).toBe('%C3%A9+z');
  });
  test.each(['-1', 'ten', '2147483648'])('max-uploads %s is InvalidArgument', async (value) => {
    const reply = await s3('GET', '/many', { query: { uploads: '', 'max-uploads': value } });
    expectError(reply, { status: 400, code: 'InvalidArgument' });
    expect([reply.error.ArgumentName, reply.error.ArgumentValue]).toEqual(['max-uploads', value]);
  });
  test('max-uploads of 0 or above 1000 is answered, not an error', async () => {
    expect((await list({ 'max-uploads': '0' })).keys).toEqual([]);
    expect((await list({ 'max-uploads': '1001' })).keys).toHaveLength(6);
  });
  test('an upload that is finished or aborted is no longer named', async () => {
    const id = await begin('/many/brief');
    expect((await list({ prefix: 'brief' })).ids).toEqual([id]);
    await s3('DELETE', '/many/brief', { query: { uploadId: id } });
    expect((await list({ prefix: 'brief' })).ids).toEqual([]);
  });
  test('of no bucket is NoSuchBucket', async () => {
    expectError(await s3('GET', '/not-there', { query: { uploads: '' } }), { status: 404, code: 'NoSuchBucket' });
  });
});

describe('The initiator', () => {
  const WRITE = policyOf(allow('s3:PutObject', '*'));
  const initiators = async (key: string) => {
    const uploads = await s3('GET', '/shared', { query: { uploads: '', prefix: key } });
    const parts = await s3('GET', `/shared/${key}`, { query: { uploadId: xmlTexts(uploads.text, 'UploadId')[0] ?? '' } });
    return [uploads, parts].map(({ text }) => ({ initiator: xmlParts(text, 'Initiator'), owner: xmlParts(text, 'Owner') }));
  };
  const beginAs = async (credentials: SigningCredentials, key: string) =>
    expect((await s3('POST', `/shared/${key}`, { query: { uploads: '' }, credentials })).status).toBe(200);
  /** In both lists. */
  const shown = (initiator: string[]) => [
    { initiator, owner },
    { initiator, owner },
  ];
  const named = (id: string, displayName: string) => [`<ID>${id}</ID><DisplayName>${displayName}</DisplayName>`];
  let owner: string[] = [];
  beforeAll(async () => {
    await s3('PUT', '/shared');
    owner = xmlParts((await s3('GET', '/')).text, 'Owner');
    expect(owner).toHaveLength(1);
  });

  test('that is the account is the owner', async () => {
    await begin('/shared/root');
    expect(await initiators('root')).toEqual(shown(owner));
  });
  test('that is a user is named by their ARN', async () => {
    const user = await newUser(server, 'ada', WRITE);
    await beginAs(user, 'user');
    const initiator = named(user.arn, 'ada');
    expect(user.arn).toMatch(/:user\/ada$/);
    expect(await initiators('user')).toEqual(shown(initiator));
  });
  test('that is a session of a role is named by the ARN of the session', async () => {
    const caller = await newUser(server, 'caller', policyOf(allow('sts:AssumeRole', '*')));
    const role = await newRole(
      server,
      'writer',
      policyOf({ Effect: 'Allow', Principal: { AWS: caller.arn }, Action: 'sts:AssumeRole' }),
      WRITE,
    );
    const assumed = await done(server, 'sts', 'AssumeRole', { RoleArn: role, RoleSessionName: 'night' }, caller);
    const [arn = ''] = xmlTexts(assumed.text, 'Arn');
    await beginAs(credentialsOf(assumed), 'session');
    const initiator = named(arn, 'writer');
    expect(arn).toMatch(/:assumed-role\/writer\/night$/);
    expect(await initiators('session')).toEqual(shown(initiator));
  });
  test('stays who it was when the user is gone', async () => {
    const user = await newUser(server, 'brief', WRITE);
    await beginAs(user, 'gone');
    await done(server, 'iam', 'DeleteUserPolicy', { UserName: 'brief', PolicyName: 'own' });
    await done(server, 'iam', 'DeleteAccessKey', { UserName: 'brief', AccessKeyId: user.accessKeyId });
    await done(server, 'iam', 'DeleteUser', { UserName: 'brief' });
    const initiator = named(user.arn, 'brief');
    expect(await initiators('gone')).toEqual(shown(initiator));
  });
});
