/**
 * What the Ceph of Debian 12 does otherwise than S3, asked of its gateway itself, with nothing of ours in between. What is not shown here must
 * not be in the list of what wire tests are excused from.
 */
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { CEPH_PROGRAMS, type Ceph, startCeph } from '../support/ceph.ts';
import { CEPH_LACKS } from '../support/ceph-lacks.ts';
import { md5Base64 } from '../support/independent-signer.ts';
import { pathOf } from '../support/path-of.ts';
import { needs } from '../support/programs.ts';
import { type Answer, send, signed, type Wanted, xmlTexts } from '../support/wire-client.ts';

const OTHER_ETAG = { 'if-match': '"00000000000000000000000000000000"' };
const TAGGING = '<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>';

describe(`Ceph by itself`, () => {
  const test = needs(...CEPH_PROGRAMS);
  let ceph: Ceph;
  if (CEPH_PROGRAMS.every((program) => pathOf(program) !== undefined)) {
    beforeAll(async () => {
      ceph = await startCeph();
      await s3('PUT', '/box');
    }, 120_000);
    afterAll(() => ceph?.stop(), 60_000);
  }
  const s3 = (method: string, path: string, wanted: Wanted = {}): Promise<Answer> => {
    const server = { s3: ceph.endpoint, host: new URL(ceph.endpoint).host, clock: { now: undefined } };
    return send(server, signed(server, method, path, { ...wanted, credentials: ceph.credentials, region: ceph.region }));
  };
  const headers = async (path: string, sent: Record<string, string>) => {
    const put = await s3('PUT', path, { headers: sent, body: '123456789' });
    expect(put.status, put.text).toBe(200);
    return (await s3('HEAD', path, { headers: { 'x-amz-checksum-mode': 'ENABLED' } })).headers;
  };
  const begin = async (path: string, sent: Record<string, string> = {}) =>
    xmlTexts((await s3('POST', path, { query: { uploads: '' }, headers: sent })).text, 'UploadId')[0] as string;
  const part = async (path: string, uploadId: string, partNumber: number) => {
    const { headers: answered } = await s3('PUT', path, { query: { partNumber: `${partNumber}`, uploadId }, body: `part ${partNumber}` });
    return `<Part><PartNumber>${partNumber}</PartNumber><ETag>${answered.get('etag')}</ETag></Part>`;
  };
  const complete = (path: string, uploadId: string, parts: string, sent: Record<string, string> = {}) =>
    s3('POST', path, { query: { uploadId }, body: `<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>`, headers: sent });
  const inParts = async (path: string, sent: Record<string, string> = {}) => {
    const uploadId = await begin(path, sent);
    const reply = await complete(path, uploadId, await part(path, uploadId, 1));
    expect(reply.status, reply.text).toBe(200);
  };

  const shown: Readonly<Record<keyof typeof CEPH_LACKS, () => Promise<void>>> = {
    async checksums() {
      expect([...(await headers('/box/checked', { 'x-amz-checksum-crc32': 'y/Q5Jg==' })).keys()].join()).not.toContain('checksum');
      expect((await s3('PUT', '/box/unchecked', { headers: { 'x-amz-checksum-crc32': 'AAAAAA==' }, body: '123456789' })).status).toBe(200);
    },
    async deleteConditions() {
      await s3('PUT', '/box/kept', { body: 'x' });
      expect((await s3('DELETE', '/box/kept', { headers: OTHER_ETAG })).status).toBe(204);
      expect((await s3('HEAD', '/box/kept')).status).toBe(404);
    },
    async completionConditions() {
      await s3('PUT', '/box/there', { body: 'x' });
      const uploadId = await begin('/box/there');
      const parts = await part('/box/there', uploadId, 1);
      expect((await complete('/box/there', uploadId, parts, { 'if-none-match': '*' })).status).toBe(200);
      expect((await s3('GET', '/box/there')).text).toBe('part 1');
    },
    async someParts() {
      const uploadId = await begin('/box/some');
      const first = await part('/box/some', uploadId, 1);
      await part('/box/some', uploadId, 2);
      expect((await complete('/box/some', uploadId, first)).status).toBe(400);
    },
    async uploadTags() {
      await inParts('/box/tagged', { 'x-amz-tagging': 'a=1' });
      expect(xmlTexts((await s3('GET', '/box/tagged', { query: { tagging: '' } })).text, 'Key')).toEqual([]);
    },
    async partRanges() {
      await inParts('/box/ranged');
      const reply = await s3('HEAD', '/box/ranged', { query: { partNumber: '1' } });
      expect([reply.status, reply.headers.has('x-amz-mp-parts-count')]).toEqual([200, false]);
    },
    async uploadOrder() {
      const begun: string[] = [];
      for (let i = 0; i < 8; i++) begun.push(await begin('/box/ordered'));
      const listed = xmlTexts((await s3('GET', '/box', { query: { uploads: '', prefix: 'ordered' } })).text, 'UploadId');
      expect(listed).toEqual(begun.toSorted());
      expect(listed).not.toEqual(begun);
    },
    async uploadPrefixes() {
      await begin('/box/dir/x');
      const { text } = await s3('GET', '/box', { query: { uploads: '', delimiter: '/' } });
      expect([xmlTexts(text, 'Key').filter((key) => key.startsWith('dir/')), text.includes('dir/')]).toEqual([[], false]);
    },
    async timeOfTagged() {
      const written = (await headers('/box/aged', {})).get('last-modified');
      await new Promise((resolve) => setTimeout(resolve, 1100));
      await s3('PUT', '/box/aged', { query: { tagging: '' }, body: TAGGING, headers: { 'content-md5': md5Base64(TAGGING) } });
      expect((await s3('HEAD', '/box/aged')).headers.get('last-modified')).not.toBe(written);
    },
    async storageClasses() {
      const reply = await s3('PUT', '/box/cold', { headers: { 'x-amz-storage-class': 'STANDARD_IA' }, body: 'x' });
      expect([reply.status, reply.error.Code]).toEqual([400, 'InvalidArgument']);
    },
    async metadataNames() {
      const kept = await headers('/box/named', { 'x-amz-meta-a_b': 'v' });
      expect([kept.get('x-amz-meta-a_b'), kept.get('x-amz-meta-a-b')]).toEqual([undefined, 'v']);
    },
    async longNames() {
      const reply = await s3('PUT', '/box/long', { headers: { [`x-amz-meta-${'x'.repeat(300)}`]: 'v' }, body: 'x' });
      expect(reply.status).toBe(500);
    },
    async tabs() {
      const reply = await s3('PUT', '/box/tab', { headers: { 'content-type': 'a\tb' }, body: 'x' });
      expect([reply.status, reply.error.Code]).toEqual([403, 'SignatureDoesNotMatch']);
    },
    async racingCompletions() {
      const uploadId = await begin('/box/raced');
      const parts = await part('/box/raced', uploadId, 1);
      const replies = await Promise.all(Array.from({ length: 12 }, () => complete('/box/raced', uploadId, parts)));
      const statuses = new Set(replies.map(({ status }) => status));
      expect([statuses.has(200), statuses.has(500)]).toEqual([true, true]);
    },
  };
  for (const [name, why] of Object.entries(CEPH_LACKS)) test(`${name}: ${why}`, shown[name as keyof typeof CEPH_LACKS], 30_000);
});
