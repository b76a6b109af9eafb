/**
 * Which wire tests can not hold over Ceph, by what Ceph lacks. They run all the same and have to fail: once one passes, it is told, and
 * comes off this list. Those that would pass by chance, now and then, do not run. Everything that is not named here holds over Ceph as it
 * does over our own stores.
 */
import { afterAll, beforeEach, type RunnerTestCase } from 'vitest';
import { CEPH_LACKS } from './ceph-lacks.ts';

/** What is no lack of Ceph's, but the same over any S3. */
const GATEWAY_LACKS = {
  bucketFirst: 'to ask first whether there is the bucket would cost every upload a request',
  nobodyAsks: 'nobody without a name can make us ask the other S3 whether there is a bucket',
  initiators: 'who began an upload is known to no S3 that Latchkey writes to',
  toldAgain: 'a completed upload that is completed again is told again: S3 does not say that it was the second time',
} as const;

const LACKS = { ...CEPH_LACKS, ...GATEWAY_LACKS };

type Excused = readonly [lack: keyof typeof LACKS, file: string, tests: RegExp];

const EXCUSED: readonly Excused[] = [
  [
    'checksums',
    'checksums',
    /^\S+ (of the body is accepted, answered and kept|of a part is checked, answered and listed|is copied with the object)$/,
  ],
  ['checksums', 'checksums', /^of an object in parts (SHA|CRC)/],
  [
    'checksums',
    'checksums',
    /another type than the upload|may be named beside the claim|a wrong checksum of the whole|without its parts’ checksums|another algorithm than the upload/,
  ],
  ['checksums', 'chunked-uploads', /TRAILER: the trailer of \S+ is checked, and answered/],
  ['checksums', 'get-object', /^checksums (are told where asked for|are CRC64NVME)/],
  [
    'checksums',
    'object-attributes',
    /^ObjectParts of \S+ (tells the checksum|lists the parts|comes in pages|never has more|goes when|has the checksums)/,
  ],
  ['completionConditions', 'conditional-writes', /^CompleteMultipartUpload If-(None-Match: \*|Match of)/],
  ['completionConditions', 'link-uploads', /hold for each part, and for what the parts make/],
  ['completionConditions', 'upload-requests', /delivers large files, too|that is large comes in parts|of a large file neither/],
  ['deleteConditions', 'delete-object', /^DeleteObject with If-Match (of|\*)|^DeleteObjects with an ETag/],
  ['longNames', 'header-injection', /with the name "xxx/],
  ['longNames', 'header-injection', /^no request failed the server inside/],
  ['metadataNames', 'header-injection', /metadata of the name "_" comes back/],
  ['metadataNames', 'put-object', /with a name that breaks JavaScript objects/],
  ['partRanges', 'get-object', /^partNumber (gives the part, with|of HEAD says|beyond the last)/],
  ['partRanges', 'object-attributes', /^ObjectParts of \S+ has none for/],
  ['racingCompletions', 'multipart-upload', /at once by many makes one object/],
  ['someParts', 'multipart-upload', /takes the parts that are named, and forgets the others/],
  ['storageClasses', 'copy-object', /storage class/],
  ['storageClasses', 'object-attributes', /tells what is asked for|tells nothing else|^ACLs of \/box\/key/],
  ['storageClasses', 'put-object', /a storage class that is not STANDARD comes back/],
  ['tabs', 'header-injection', /with the raw UTF-8 "a\\tb"/],
  ['timeOfTagged', 'object-tagging', /a new set replaces the old one, and nothing else/],
  ['uploadOrder', 'list-uploads', /in the order they were begun$/],
  ['uploadPrefixes', 'list-uploads', /by prefix and delimiter/],
  ['uploadTags', 'finer-permissions', /with a multipart upload need s3:PutObjectTagging/],
  ['uploadTags', 'multipart-upload', /with the headers the upload was begun with/],
  ['uploadTags', 'object-tagging', /tags of an upload are those of the object/],
  ['nobodyAsks', 'buckets', /to somebody without a name|says the region to whoever asks/],
  ['bucketFirst', 'request-bodies', /to a bucket that is not there: the refusal comes at once/],
  ['initiators', 'list-uploads', /^The initiator (that is a (user|session)|stays)/],
  ['toldAgain', 'notifications', /each way in which objects come and go/],
];

/** Depends on the second, the order of random ids, who is first. */
const BY_CHANCE: ReadonlySet<keyof typeof LACKS> = new Set(['racingCompletions', 'timeOfTagged', 'uploadOrder']);

const counts = new Map<keyof typeof LACKS, number>();

beforeEach(({ task }) => {
  const file = task.file.name.replace(/^.*\/|\.test\.ts$/g, '');
  const found = EXCUSED.find(([, excusedIn, tests]) => excusedIn === file && tests.test(nameOf(task)));
  if (found === undefined) return;
  const [lack] = found;
  counts.set(lack, (counts.get(lack) ?? 0) + 1);
  (task as { fails?: boolean }).fails = true;
  if (BY_CHANCE.has(lack)) throw new Error(LACKS[lack]);
});

afterAll(() => {
  for (const [lack, count] of counts)
    console.log(`${count} ${BY_CHANCE.has(lack) ? 'did not run' : 'failed, as it has to'}: ${lack}, ${LACKS[lack]}`);
  counts.clear();
});

function nameOf(task: RunnerTestCase): string {
  const names = [task.name];
  for (let suite = task.suite; suite !== undefined; suite = suite.suite) if (suite.name !== '') names.unshift(suite.name);
  return names.join(' ');
}
