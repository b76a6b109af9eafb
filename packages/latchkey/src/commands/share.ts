import { randomBytes } from 'node:crypto';
import { presign } from '@latchkey/sigv4/presign';
import { type ApiPlace, apiFlags, askApi, placeOf } from '../api-client.ts';
import { clientFlags, requireCredentials, sendingTarget } from '../client-target.ts';
import { type Call, defineCommand } from '../command.ts';
import { Failure, wrongUsage } from '../failure.ts';
import type { Flags } from '../flags.ts';
import { type ShownLink, tellLink, tellReach, withoutMilliseconds } from '../link-lines.ts';
import { pageFlags, pageOf, withAddress } from '../link-page.ts';
import { termFlags, termsOf } from '../link-terms.ts';
import { type LocalFile, localFile } from '../local-file.ts';
import { type LocalServer, localServer } from '../local-server.ts';
import type { Output } from '../output.ts';
import { isS3Uri, parseS3Uri, type S3Uri } from '../s3-uri.ts';
import { ConsoleUnreachable, type ServerFacts, serverFacts } from '../server-facts.ts';
import { inSentences } from '../signing-sentences.ts';
import { stopSignal } from '../stop-signal.ts';
import { type Place, requireObject, upload } from '../upload.ts';

const flags = {
  'expires-in': termFlags['expires-in'],
  uses: { kind: 'text', value: 'N', help: 'How many downloads the link is good for' },
  from: termFlags.from,
  'download-as': { kind: 'text', value: 'NAME', help: 'The file name that browsers save it under' },
  ...pageFlags,
  label: { kind: 'text', value: 'LABEL', help: 'A label to find and revoke links by' },
  bucket: { kind: 'text', value: 'NAME', help: 'Where the file goes; made if it is not there (default shared)' },
  'public-url': { kind: 'text', many: true, value: 'URL', help: 'The address under which the recipient reaches the S3' },
  ...clientFlags,
  'console-url': apiFlags['console-url'],
  qr: { kind: 'switch', help: 'Also show the link as a QR code, on stderr' },
  json: { kind: 'switch', help: 'Print one line of JSON: id, url, expiresAt, bucket, key' },
} as const satisfies Flags;

/** `latchkey share`: from a file to a link in one step. */
export const share = defineCommand({
  usage: 'share FILE|s3://BUCKET/KEY',
  description: `Puts a file into a bucket, under a name that nobody can guess, and prints a link to it that works for a while and can be taken back.
An object that is there already is s3://BUCKET/KEY. Without an endpoint the store is the one on this machine; if none is running, one
is started with the data directory and runs until Ctrl-C. Another S3 than Latchkey gets an ordinary pre-signed URL, which knows neither
--uses, --from nor --landing and works until it is over.`,
  flags,
  examples: [
    ['latchkey share report.pdf', 'A link that works for an hour'],
    ['latchkey share report.pdf --expires-in 10m --qr', 'For ten minutes, with a QR code for a phone'],
    ['latchkey share report.pdf --uses 1 --from 192.0.2.0/24', 'For one download, from one network'],
    ['latchkey share report.pdf --landing --note "As promised"', 'A page with a button, for people; --password-stdin guards it'],
    ['latchkey share s3://photos/cat.jpg --json', 'A link to an object that is already there'],
    ['latchkey share report.pdf --profile work --bucket team-files', 'Through another S3'],
  ],
  async run(call) {
    const subject = await subjectOf(call.positionals);
    const stop = new AbortController();
    const stopped = stopSignal().then((signal) => stop.abort(new Failure(`Stopped by ${signal}.`)));
    const { place, facts, server } = await findPlace(call);
    try {
      const object = 'name' in subject ? newObject(call.values.bucket ?? 'shared', subject) : subject;
      if (!('name' in subject)) await requireObject(object, place, { signal: stop.signal });
      // What is wrong with the link's terms is said before anything is sent.
      const { link, takeBack } = await linkTo(object, place, facts, call);
      if ('name' in subject) {
        const sending = upload(subject, object, place, { signal: stop.signal, onProgress: call.output.progress(subject.sizeBytes) });
        await sending.catch(async (error: unknown) => {
          await takeBack();
          throw error;
        });
      }
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

/** `facts` are those of a Latchkey server; any other S3 has none. */
type FoundPlace = {
  readonly place: Place;
  readonly facts: Pick<ServerFacts, 'console' | 'publicUrl'> | undefined;
  readonly server?: LocalServer;
};

async function findPlace({ values, environment, output }: ShareCall): Promise<FoundPlace> {
  const target = await sendingTarget(values, environment);
  if (target.place !== 'here') {
    const { url: endpoint } = target.place;
    const credentials = requireCredentials(target, values);
    const facts = await serverFacts(endpoint).catch((cause: unknown) => {
      throw new Failure(`${endpoint} can not be reached: ${reasonOf(cause)}.`, { cause });
    });
    return { place: { endpoint, region: target.region ?? facts?.region ?? 'us-east-1', style: target.style, credentials }, facts };
  }
  const server = await localServer(values.data ?? 'data', environment, output);
  const credentials = server.credentials ?? requireCredentials(target, values);
  return { place: { endpoint: server.endpoint, region: server.region, style: target.style, credentials }, facts: server, server };
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : message;
}

/** 80 bits nobody can guess, so that one link says nothing about another. */
function newObject(bucket: string, file: LocalFile): S3Uri {
  return { bucket, key: `${randomBytes(10).toString('hex')}/${file.name}` };
}

type Made = { readonly link: ShownLink | OrdinaryUrl; takeBack(): Promise<void> };
type OrdinaryUrl = { readonly id?: undefined; readonly url: string; readonly expiresAt: string };

async function linkTo(object: S3Uri, place: Place, facts: FoundPlace['facts'], call: ShareCall): Promise<Made> {
  const { values, output } = call;
  if (facts === undefined) return ordinaryUrl(object, place, call, `${place.endpoint} is another S3 than Latchkey`);
  try {
    return await newLink(object, placeOf(facts, place, values), values);
  } catch (error) {
    if (!(error instanceof ConsoleUnreachable)) throw error;
    output.say(error.message);
    return ordinaryUrl(object, place, call, 'No link can be made from here');
  }
}

async function newLink(object: S3Uri, api: ApiPlace, values: ShareCall['values']): Promise<Made> {
  const body = {
    ...object,
    ...termsOf(values, 'GET'),
    label: values.label,
    ...(await pageOf(values)),
    endpoint: values['public-url']?.[0] ?? api.linkEndpoint,
    style: values.style,
  };
  const link = await askApi<ShownLink>(api, { method: 'POST', path: '/links', body });
  return {
    link,
    // That the file did not arrive is the error to tell.
    takeBack: () => askApi<void>(api, { method: 'DELETE', path: `/links/${link.id}` }).catch(() => {}),
  };
}

/** Whoever asked for more than an ordinary URL can hold must not believe to have got it. */
function ordinaryUrl(
  { bucket, key }: S3Uri,
  { endpoint, region, style, credentials }: Place,
  { values, now, output }: ShareCall,
  why: string,
): Made {
  const beyond = (['uses', 'from', 'label', 'note', 'landing', 'password-stdin'] as const)
    .filter((name) => values[name] !== undefined)
    .map((name) => `--${name}`);
  if (beyond.length > 0) throw new Failure(`${why}, and an ordinary pre-signed URL knows no ${beyond.join(' and no ')}.`);
  const { 'expires-in': expiresIn = '1h', 'download-as': downloadAs } = values;
  const signed = inSentences(() =>
    presign({
      bucket,
      key,
      endpoint: values['public-url']?.[0] ?? endpoint,
      region,
      style,
      credentials,
      expiresIn,
      downloadAs,
      now: now(),
    }),
  );
  output.say(`${why}: this is an ordinary pre-signed URL, which can not be taken back.`);
  return { link: { url: signed.url, expiresAt: signed.expiresAt.toISOString() }, takeBack: async () => {} };
}

async function print(link: Made['link'], { bucket, key }: S3Uri, { values, output }: ShareCall): Promise<void> {
  const url = link.id === undefined ? link.url : withAddress(link).address;
  if (values.json) output.record({ ...(link.id === undefined ? link : withAddress(link).link), bucket, key });
  else output.line(url);
  if (values.qr) {
    const { qrCode } = await import('../qr-code.ts');
    output.say(qrCode(url, output.hasColours));
  }
  tell(link, output);
}

function tell(link: Made['link'], output: Output): void {
  if (link.id !== undefined) tellLink({ ...link, url: withAddress(link).address }, output);
  else {
    output.say(`Works until ${withoutMilliseconds(link.expiresAt)}, for everybody who has it.`);
    tellReach(link.url, output);
  }
}
