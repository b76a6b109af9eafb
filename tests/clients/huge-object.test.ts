import { presign } from '@latchkey/sigv4';
import { beforeAll, describe, expect } from 'vitest';
import { makeBucket } from '../support/arrange.ts';
import { AWS_PROGRAMS } from '../support/aws-cli.ts';
import { pathOf } from '../support/path-of.ts';
import { peakMemoryOf } from '../support/peak-memory.ts';
import { needs } from '../support/programs.ts';
import { runProgram, streamProgram } from '../support/run-program.ts';
import { digestOf, GIB, MIB, sampleStream } from '../support/sample-bytes.ts';
import { serveForThisFile } from '../support/served.ts';

/** As large as S3 takes in one request with FULL=1; otherwise large enough that a server holding it would show. */
const SIZE_BYTES = process.env.FULL === '1' ? 5 * GIB : 256 * MIB;
const LIMIT_BYTES = 200 * MIB;
const TIMEOUT_MS = process.env.FULL === '1' ? 3_600_000 : 300_000;

const store = await serveForThisFile();
const options = { env: store.environment, cwd: store.scratch };
const bucket = 'huge';
const { region, endpoint, credentials } = store;
const signed = (method: 'GET' | 'PUT' | 'DELETE', key: string) =>
  presign({ method, bucket, key, region, endpoint, credentials, expiresIn: '1h' }).url;

beforeAll(() => makeBucket(store, bucket));

describe(`an object of ${SIZE_BYTES / MIB} MiB`, () => {
  needs('curl')(
    'goes up by one pre-signed PUT and down by one GET, through a server that stays under 200 MiB',
    async () => {
      const length = ['--header', 'Transfer-Encoding:', '--header', `Content-Length: ${SIZE_BYTES}`];
      const input = sampleStream(SIZE_BYTES, 1);
      const upload = ['--silent', '--show-error', '--fail', ...length, '--upload-file', '-', signed('PUT', 'single')];
      await runProgram('curl', upload, { ...options, input });
      const download = ['--silent', '--show-error', '--fail', signed('GET', 'single')];
      const received = await streamProgram('curl', download, options, digestOf);
      expect(received).toBe(await digestOf(sampleStream(SIZE_BYTES, 1)));
      await report('one PUT and one GET');
      await fetch(signed('DELETE', 'single'), { method: 'DELETE' });
    },
    TIMEOUT_MS,
  );

  for (const aws of new Set(AWS_PROGRAMS.map(pathOf))) {
    needs(aws ?? 'aws')(
      `goes up and down by parts with ${aws} s3 cp, through a server that stays under 200 MiB`,
      async () => {
        const place = `s3://${bucket}/parts`;
        const common = ['--endpoint-url', store.endpoint, '--no-progress'];
        const input = sampleStream(SIZE_BYTES, 2);
        await runProgram(aws!, ['s3', 'cp', '-', place, '--expected-size', String(SIZE_BYTES), ...common], { ...options, input });
        const received = await streamProgram(aws!, ['s3', 'cp', place, '-', ...common], options, digestOf);
        expect(received).toBe(await digestOf(sampleStream(SIZE_BYTES, 2)));
        await report(`parts of ${aws}`);
        await runProgram(aws!, ['s3', 'rm', place, '--endpoint-url', store.endpoint], options);
      },
      TIMEOUT_MS,
    );
  }
});

async function report(what: string): Promise<void> {
  const peakBytes = await peakMemoryOf(store.pid);
  console.log(`${what}: the server's resident memory peaked at ${Math.round(peakBytes / MIB)} MiB`);
  expect(peakBytes).toBeLessThan(LIMIT_BYTES);
}
