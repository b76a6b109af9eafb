import { randomBytes } from 'node:crypto';
import { type PresignedRequest, presign } from '@latchkey/sigv4/presign';
import { clientFlags, requireCredentials, sendingTarget } from '../client-target.ts';
import { type Call, defineCommand } from '../command.ts';
import { Failure, wrongUsage } from '../failure.ts';
import type { Flags } from '../flags.ts';
import { type LocalFile, localFile } from '../local-file.ts';
import { type LocalServer, localServer } from '../local-server.ts';
import type { Output } from '../output.ts';
import { isS3Uri, parseS3Uri, type S3Uri } from '../s3-uri.ts';
import { inSentences } from '../signing-sentences.ts';
import { stopSignal } from '../stop-signal.ts';
import { type Place, requireObject, upload } from '../upload.ts';

const flags = {
  'expires-in': { kind: 'text', value: 'TIME', help: 'Seconds, or 15m, 12h, 7d: how long the link works, 7 days at most (default 1h)' },
  bucket: { kind: 'text', value: 'NAME', help: 'Where the file goes; made if it is not there (default shared)' },
  'public-url': { kind: 'text', many: true, value: 'URL', help: 'The address under which the recipient reaches the S3' },
  ...clientFlags,
  qr: { kind: 'switch', help: 'Also show the link as a QR code, on stderr' },
  json: { kind: 'switch', help: 'Print one line of JSON: url, expiresAt, bucket, key' },
} as const satisfies Flags;

/** `latchkey share`: from a file to a link in one step. */
export const share = defineCommand({
  usage: 'share FILE|s3://BUCKET/KEY',
  description: `Puts a file into a bucket, under a name that nobody can guess, and prints a link to it that works for a while. An object that is
there already is s3://BUCKET/KEY. Without an endpoint the store is the one on this machine; if none is running, one is started
with the data directory and runs until Ctrl-C.`,
  flags,
  examples: [
    ['latchkey share report.pdf', 'A link that works for an hour'],
    ['latchkey share report.pdf --expires-in 10m --qr', 'For ten minutes, with a QR code for a phone'],
    ['latchkey share s3://photos/cat.jpg --json', 'A link to an object that is already there'],
    ['latchkey share report.pdf --profile work --bucket team-files', 'Through another S3'],
  ],
  async run(call) {
    const subject = await subjectOf(call.positionals);
    const stop = new AbortController();
    const stopped = stopSignal().then((signal) => stop.abort(new Failure(`Stopped by ${signal}.`)));
    const { place, server } = await findPlace(call);
    try {
      // What is wrong with the link's terms is said before anything is sent.
      const object = 'name' in subject ? newObject(call.values.bucket ?? 'shared', subject) : subject;
      const link = linkTo(object, place, call);
      if ('name' in subject)
        await upload(subject, object, place, { signal: stop.signal, onProgress: call.output.progress(subject.sizeBytes) });
      else await requireObject(object, place, { signal: stop.signal });
      await print(link, object, call);
      if (server?.isOurs) {
        call.output.say('The link works while this command runs. Ctrl-C stops it.');
        await stopped;
      }
    } finally {
      await server?.close();
    }
    return 0;
  },
});

type ShareCall = Call<typeof flags>;

async function subjectOf(positionals: readonly string[]): Promise<LocalFile | S3Uri> {
  const [subject, ...others] = positionals;
  if (subject === undefined || others.length > 0) throw wrongUsage('share takes one file, or one object as s3://BUCKET/KEY.');
  return isS3Uri(subject) ? parseS3Uri(subject) : localFile(subject);
}

async function findPlace({ values, environment, output }: ShareCall): Promise<{ place: Place; server?: LocalServer }> {
  const target = await sendingTarget(values, environment);
  if (target.place !== 'here') {
    const { url: endpoint } = target.place;
    return {
      place: { endpoint, region: target.region ?? 'us-east-1', style: target.style, credentials: requireCredentials(target, values) },
    };
  }
  const server = await localServer(values.data ?? 'data', environment, output);
  const credentials = server.credentials ?? requireCredentials(target, values);
  return { place: { endpoint: server.endpoint, region: server.region, style: target.style, credentials }, server };
}

/** 80 bits nobody can guess, so that one link says nothing about another. */
function newObject(bucket: string, file: LocalFile): S3Uri {
  return { bucket, key: `${randomBytes(10).toString('hex')}/${file.name}` };
}

function linkTo({ bucket, key }: S3Uri, { endpoint, region, style, credentials }: Place, { values, now }: ShareCall): PresignedRequest {
  const expiresIn = values['expires-in'] ?? '1h';
  const publicUrl = values['public-url']?.[0];
  return inSentences(() => presign({ bucket, key, endpoint: publicUrl ?? endpoint, region, style, credentials, expiresIn, now: now() }));
}

async function print({ url, expiresAt }: PresignedRequest, { bucket, key }: S3Uri, { values, output }: ShareCall): Promise<void> {
  if (values.json) output.record({ url, expiresAt: expiresAt.toISOString(), bucket, key });
  else output.line(url);
  if (values.qr) {
    const { qrCode } = await import('../qr-code.ts');
    output.say(qrCode(url, output.hasColours));
  }
  tellLimits(url, expiresAt, output);
}

function tellLimits(url: string, expiresAt: Date, output: Output): void {
  output.say(`Works until ${expiresAt.toISOString().replace(/\.\d+Z$/, 'Z')}, for everybody who has it.`);
  if (/^(localhost|127\.|\[::1\])/.test(new URL(url).hostname)) {
    output.say('Its address is that of this machine only; --public-url names the one that others reach.');
  }
}
