// URLs pre-signed per second, against other signers and against the two hash calls no signer can do without.
// All take turns in short batches, so that whatever else the machine does hits each of them alike; a row shows its fastest quarter.
import { createHmac, createSecretKey, hash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { presign } from '@latchkey/sigv4';
import aws4 from 'aws4';
import { AwsV4Signer } from 'aws4fetch';
import { build } from 'esbuild';
import { Client } from 'minio';

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const [bucket, region, host] = ['examplebucket', 'us-east-1', 'examplebucket.s3.amazonaws.com'];
const rounds = 200;
const batchMilliseconds = 3;
const warmUpMilliseconds = 400;

/** One row per signer, the fastest first; each has signed a different key every time. */
export async function benchSigning() {
  const signers = await contenders();
  const samples = new Map(Object.keys(signers).map((name) => [name, []]));
  const sizes = await batchSizes(signers);
  for (let round = 0; round < rounds; round++) {
    for (const [name, signer] of Object.entries(signers)) samples.get(name).push(await timed(signer, sizes.get(name)));
  }
  const nanoseconds = new Map([...samples].map(([name, times]) => [name, fastestQuarter(times)]));
  const [ofHashes, ofAws4] = [nanoseconds.get(HASHES), nanoseconds.get('aws4')];
  return [...nanoseconds]
    .sort(([, a], [, b]) => a - b)
    .map(([name, time]) => ({
      name,
      'URLs per second': Math.round(1e9 / time).toLocaleString('en'),
      'times aws4': round(ofAws4 / time),
      'cost in hashes': round(time / ofHashes),
    }));
}

const HASHES = 'the two hash calls alone';

async function contenders() {
  const inBrowser = await browserPresign();
  const client = new S3Client({ region, credentials });
  const minio = new Client({
    endPoint: 's3.amazonaws.com',
    region,
    accessKey: credentials.accessKeyId,
    secretKey: credentials.secretAccessKey,
  });
  // A canonical request and a string to sign as a pre-signed GET has them; the key ready to use.
  const canonical = 'x'.repeat(280);
  const stringToSign = 'y'.repeat(133);
  const key = createSecretKey(randomBytes(32));
  return {
    '@latchkey/sigv4': (n) => presign({ bucket, key: `photos/${n}.jpg`, region, credentials, expiresIn: 3600 }).url,
    '@latchkey/sigv4, bundled for browsers': (n) => inBrowser({ bucket, key: `photos/${n}.jpg`, region, credentials, expiresIn: 3600 }).url,
    [HASHES]: (n) => hash('sha256', canonical + n) + createHmac('sha256', key).update(stringToSign).digest('hex'),
    aws4: (n) => aws4.sign({ service: 's3', region, host, path: `/photos/${n}.jpg?X-Amz-Expires=3600`, signQuery: true }, credentials).path,
    aws4fetch: async (n) => {
      const url = `https://${host}/photos/${n}.jpg?X-Amz-Expires=3600`;
      return (await new AwsV4Signer({ ...credentials, url, service: 's3', region, signQuery: true }).sign()).url.href;
    },
    'minio-js': (n) => minio.presignedGetObject(bucket, `photos/${n}.jpg`, 3600),
    '@aws-sdk/s3-request-presigner': (n) =>
      getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: `photos/${n}.jpg` }), { expiresIn: 3600 }),
  };
}

/** What a web page gets: the same function without Node's hashes. */
async function browserPresign() {
  const root = join(import.meta.dirname, '..');
  const contents = `export { presign } from '@latchkey/sigv4';`;
  const options = { bundle: true, minify: true, format: 'esm', platform: 'browser', write: false };
  const { outputFiles } = await build({ ...options, stdin: { contents, resolveDir: join(root, 'packages/sigv4') } });
  return (await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`)).presign;
}

/** How many calls make a batch, found once the compiler has done its work. */
async function batchSizes(signers) {
  const sizes = new Map();
  for (const [name, signer] of Object.entries(signers)) {
    const end = performance.now() + warmUpMilliseconds;
    let each = await timed(signer, 1);
    while (performance.now() < end) each = await timed(signer, 100);
    sizes.set(name, Math.max(1, Math.round((batchMilliseconds * 1e6) / each)));
  }
  return sizes;
}

let serial = 0;

/** Nanoseconds per call; a signer that needs no promise is not made to wait for one. */
async function timed(signer, calls) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < calls; i++) {
    const made = signer(serial++);
    if (typeof made !== 'string') await made;
  }
  return Number(process.hrtime.bigint() - start) / calls;
}

function fastestQuarter(times) {
  const quarter = times.toSorted((a, b) => a - b).slice(0, Math.ceil(times.length / 4));
  return quarter.reduce((sum, time) => sum + time, 0) / quarter.length;
}

const round = (ratio) => Number(ratio.toFixed(2));

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.table(Object.fromEntries((await benchSigning()).map(({ name, ...columns }) => [name, columns])));
}
