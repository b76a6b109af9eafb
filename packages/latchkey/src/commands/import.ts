import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BucketName, isBucketName } from '@latchkey/s3/names';
import type { ObjectStore } from '@latchkey/storage/object-store';
import { clientFlags, requireCredentials, sendingTarget } from '../client-target.ts';
import { type Call, defineCommand } from '../command.ts';
import { localEndpoint } from '../environment.ts';
import { Failure, wrongUsage } from '../failure.ts';
import type { Flags } from '../flags.ts';
import { fileSource } from '../import/file-source.ts';
import { importObjects } from '../import/import-objects.ts';
import { type ImportSource, storeSource } from '../import/import-source.ts';
import { reasonOf, type Tally, tallyInto } from '../import/tally.ts';
import { openUpstream } from '../open-objects.ts';
import { stopSignal } from '../stop-signal.ts';
import { upstreamConfig } from '../upstream-url.ts';
import { wholeNumber } from '../whole-number.ts';

const flags = {
  bucket: { kind: 'text', many: true, value: 'NAME', help: 'Only this bucket (default: all)' },
  parallel: { kind: 'text', value: 'N', help: 'How many objects are copied at a time (default 8)' },
  'dry-run': { kind: 'switch', help: 'Copy nothing, and say what would be' },
  ...clientFlags,
  json: { kind: 'switch', help: 'Print one line of JSON for each object that is copied or fails, and a last one with the sums' },
} as const satisfies Flags;

type ImportCall = Call<typeof flags>;

/** `latchkey import`: objects from a directory or another S3 into this one. */
export const importCommand = defineCommand({
  usage: 'import file:DIR|s3+URL|DIRECTORY [s3://BUCKET/PREFIX]',
  description: `Copies objects into an S3: those of a Latchkey's directory (file:DIR, which is objects/ in its data directory), of another S3 (s3+https://HOST, as
for --objects, with its credentials in LATCHKEY_UPSTREAM_…), or the files of any directory, which need a place to go to. What is there already is left out, so
that an import which was stopped is run again to go on. Content headers, metadata, tags and parts are kept, and with them ETags; the time of the last change
and the storage class are not.`,
  flags,
  examples: [
    ['latchkey import file:/srv/latchkey/objects --endpoint-url https://ceph.example.com', 'From one machine to a cluster'],
    [
      'latchkey import "s3+https://s3.eu-central-1.amazonaws.com?bucket=photos" --dry-run',
      'What would come from AWS to the server on this machine',
    ],
    ['latchkey import ./photos s3://photos/2026/', 'Files'],
  ],
  async run(call) {
    const { values, output } = call;
    const atOnce = wholeNumber(values.parallel, '--parallel') ?? 8;
    if (atOnce < 1 || atOnce > 256) throw wrongUsage('--parallel is a number from 1 to 256.');
    const stop = new AbortController();
    void stopSignal().then((signal) => stop.abort(new Failure(`Stopped by ${signal}. Run it again to go on.`)));
    const source = await sourceOf(call);
    const { store: to, region } = await destinationOf(call);
    const { tally, onOutcome } = tallyInto(output, values.json === true);
    try {
      const isDryRun = values['dry-run'] === true;
      await importObjects(source, to, { isDryRun, atOnce, region, signal: stop.signal, now: () => call.now().getTime(), onOutcome });
    } catch (cause) {
      if (stop.signal.aborted) throw stop.signal.reason;
      throw new Failure(`The import ended early. ${reasonOf(cause)}`, { cause });
    } finally {
      if (values.json) output.record(tally);
      else output.line(sentence(tally));
      await Promise.all([source.close(), to.close()]);
    }
    return tally.failed > 0 ? 1 : 0;
  },
});

async function sourceOf({ positionals, values, environment }: ImportCall): Promise<ImportSource> {
  const [from, into, more] = positionals;
  if (from === undefined || more !== undefined)
    throw wrongUsage('import takes a source: file:DIR, s3+https://HOST, or a directory and s3://BUCKET/PREFIX.');
  const only = (values.bucket ?? []).map(bucketName);
  if (!/^(file:|s3\+)/.test(from)) return filesOf(from, into, only);
  if (into !== undefined) throw wrongUsage('Buckets go by their own names; another one is said by s3+https://HOST?bucket=NEW:OLD.');
  if (from.startsWith('s3+')) {
    const config = upstreamConfig(from, environment);
    return storeSource(await openUpstream(config, { shownRegion: config.region }), { only, hasMd5Etags: false });
  }
  const directory = resolve(from.slice('file:'.length));
  if (!existsSync(join(directory, 'index'))) throw new Failure(`There are no objects of a Latchkey in ${directory}.`);
  const { openLocalObjectStore } = await import('@latchkey/objects-local/local-object-store');
  return storeSource(await openLocalObjectStore({ directory }), { only, hasMd5Etags: true });
}

function filesOf(from: string, into: string | undefined, only: readonly BucketName[]): ImportSource {
  const directory = resolve(from);
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) throw new Failure(`There is no directory ${directory}.`);
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)(?:\/([\s\S]*))?$/.exec(into ?? '') ?? [];
  if (bucket === undefined || only.length > 0)
    throw wrongUsage('Files go to one place, such as s3://BUCKET/PREFIX/, and --bucket is not for them.');
  return fileSource(directory, bucketName(bucket), prefix);
}

function bucketName(text: string): BucketName {
  if (!isBucketName(text)) throw wrongUsage(`"${text}" is no name of a bucket.`);
  return text;
}

async function destinationOf({ values, environment }: ImportCall): Promise<{ readonly store: ObjectStore; readonly region: string }> {
  const target = await sendingTarget(values, environment);
  const credentials = requireCredentials(target, values);
  const endpoint = target.place === 'here' ? localEndpoint(environment) : target.place.url;
  if (endpoint === undefined) throw new Failure('Name the S3 that objects go to with --endpoint-url.');
  const region = target.region ?? 'us-east-1';
  const { openS3ObjectStore } = await import('@latchkey/objects-s3/s3-object-store');
  return { store: openS3ObjectStore({ endpoint: endpoint.replace(/\/+$/, ''), region, style: target.style, credentials }), region };
}

function sentence({ copied, copiedBytes, planned, there, failed, gone, otherEtags }: Tally): string {
  const done = planned > 0 ? `${planned} objects would be copied` : `${copied} objects copied (${copiedBytes} bytes)`;
  const less = [gone > 0 && `${gone} gone meanwhile`, otherEtags > 0 && `${otherEtags} with another ETag than before`];
  return `${[done, `${there} there already`, ...less.filter(Boolean), `${failed} failed`].join(', ')}.`;
}
