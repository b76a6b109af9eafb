import { presign as presignUrl } from '@latchkey/sigv4/presign';
import type { PresignedPost } from '@latchkey/sigv4/presign-post';
import { type ClientTarget, clientFlags, requireCredentials, signingTarget } from '../client-target.ts';
import { type Call, defineCommand } from '../command.ts';
import { curlCommand, curlFormCommand } from '../curl.ts';
import { type Environment, localEndpoint } from '../environment.ts';
import { wrongUsage } from '../failure.ts';
import type { Flags, Values } from '../flags.ts';
import { namedValues } from '../named-values.ts';
import type { Output } from '../output.ts';
import { parseS3Uri, type S3Uri } from '../s3-uri.ts';
import { inSentences } from '../signing-sentences.ts';
import { parseSize } from '../size.ts';
import { wholeNumber } from '../whole-number.ts';

const METHODS = ['GET', 'HEAD', 'PUT', 'DELETE', 'POST'] as const;
type Method = (typeof METHODS)[number];

const flags = {
  method: { kind: 'text', value: 'METHOD', help: `${METHODS.join(', ')} (default GET); POST makes a form` },
  'expires-in': { kind: 'text', value: 'TIME', help: 'Seconds, or 15m, 12h, 7d: how long it works, 7 days at most (default 3600)' },
  'content-type': { kind: 'text', value: 'TYPE', help: 'The type an upload must have (PUT, POST)' },
  'content-length': { kind: 'text', value: 'SIZE', help: 'The exact size an upload must have (PUT)' },
  'max-size': { kind: 'text', value: 'SIZE', help: 'The most an upload may have, such as 10MB (POST; PUT, with a Latchkey server)' },
  'min-size': { kind: 'text', value: 'SIZE', help: 'The least an upload must have (POST; PUT, with a Latchkey server)' },
  'max-uses': { kind: 'text', value: 'N', help: 'How many downloads or uploads it is good for (GET, HEAD, PUT, with a Latchkey server)' },
  from: { kind: 'text', many: true, value: 'CIDR', help: 'An address or network that may use it (not POST; with a Latchkey server)' },
  'content-types': { kind: 'text', value: 'TYPE,…', help: 'The types an upload may have, such as image/* (PUT, with a Latchkey server)' },
  'no-overwrite': { kind: 'switch', help: 'Refuse an upload where there is an object (PUT, with a Latchkey server)' },
  'download-as': { kind: 'text', value: 'NAME', help: 'The file name that browsers save a download under (GET)' },
  'version-id': { kind: 'text', value: 'ID', help: 'A version of the object (GET, HEAD, DELETE)' },
  header: { kind: 'text', many: true, value: '"NAME: VALUE"', help: 'A header that must be sent as it is here (not POST)' },
  query: { kind: 'text', many: true, value: 'NAME=VALUE', help: 'A further query parameter, such as partNumber=1 (not POST)' },
  'allow-dot-segments': { kind: 'switch', help: 'Sign a key with "." or ".." segments, which browsers remove from URLs (not POST)' },
  ...clientFlags,
  curl: { kind: 'switch', help: 'Print a curl command instead of the URL' },
  qr: { kind: 'switch', help: 'Also show the URL as a QR code, on stderr (not POST)' },
  json: { kind: 'switch', help: 'Print one line of JSON: url, method, headers or fields, expiresAt' },
} as const satisfies Flags;

/** Which methods a flag means something for; others refuse it rather than make a URL that ignores it. */
const ONLY_FOR: Readonly<Partial<Record<keyof typeof flags, readonly Method[]>>> = {
  'content-type': ['PUT', 'POST'],
  'content-length': ['PUT'],
  'max-size': ['PUT', 'POST'],
  'min-size': ['PUT', 'POST'],
  'max-uses': ['GET', 'HEAD', 'PUT'],
  from: ['GET', 'HEAD', 'PUT', 'DELETE'],
  'content-types': ['PUT'],
  'no-overwrite': ['PUT'],
  'download-as': ['GET'],
  'version-id': ['GET', 'HEAD', 'DELETE'],
  header: ['GET', 'HEAD', 'PUT', 'DELETE'],
  query: ['GET', 'HEAD', 'PUT', 'DELETE'],
  'allow-dot-segments': ['GET', 'HEAD', 'PUT', 'DELETE'],
  qr: ['GET', 'HEAD', 'PUT', 'DELETE'],
};

/** `latchkey presign`: asks nobody, so it works offline and for any S3. */
export const presign = defineCommand({
  usage: 'presign s3://BUCKET/KEY',
  description: `Makes a pre-signed URL, or a pre-signed form, and prints it. Nothing is sent: it works offline and for any S3. Without an
endpoint it signs for AWS; without credentials too, for the server on this machine whose data directory is here.`,
  flags,
  examples: [
    ['latchkey presign s3://photos/cat.jpg', 'A download link for an hour'],
    ['latchkey presign s3://photos/cat.jpg --expires-in 7d --download-as "my cat.jpg"', 'For a week, saved under a name'],
    ['latchkey presign s3://inbox/scan.pdf --method PUT --content-type application/pdf --curl', 'A curl command that uploads a PDF'],
    ['latchkey presign s3://photos/cat.jpg --max-uses 1 --from 192.0.2.0/24', 'For one download from one network, by a Latchkey server'],
    ['latchkey presign s3://inbox/from-ann/ --method POST --max-size 10MB --curl', 'A form that takes any file up to 10 MB'],
    ['latchkey presign s3://photos/cat.jpg --profile r2 --json', 'For another S3, as JSON'],
  ],
  async run(call) {
    const { values, positionals, output } = call;
    const object = parseS3Uri(onlyObject(positionals));
    const method = methodOf(values.method ?? 'GET');
    for (const [name, methods] of Object.entries(ONLY_FOR)) {
      if (values[name as keyof typeof values] !== undefined && !methods.includes(method)) {
        throw wrongUsage(`--${name} means nothing for ${method}; it is for ${methods.join(', ')}.`);
      }
    }
    const common = await commonOptions(call);
    if (method === 'POST') printForm(object, await makeForm(object, common, values), values, output);
    else await printUrl(object, makeUrl(method, object, { ...common, ...(await termsOf(values)) }, values), values, output);
    return 0;
  },
});

type PresignValues = Values<typeof flags>;
type Common = Awaited<ReturnType<typeof commonOptions>>;

async function commonOptions({ values, environment, output, now }: Call<typeof flags>) {
  const target = await signingTarget(values, environment);
  const credentials = requireCredentials(target, values);
  return {
    region: target.region ?? 'us-east-1',
    credentials,
    expiresIn: values['expires-in'] ?? '3600',
    now: now(),
    endpoint: endpointOf(target, environment, output),
    style: target.style,
  };
}

function endpointOf({ place }: ClientTarget, environment: Environment, output: Output): string | undefined {
  if (place === 'aws') return undefined;
  if (place !== 'here') return place.url;
  const here = localEndpoint(environment);
  if (here === undefined) throw wrongUsage('With LATCHKEY_LISTEN on port 0, --endpoint-url must say where the server is.');
  output.say(`Signing for the server on this machine, ${here}.`);
  return here;
}

type UrlOptions = Common & Awaited<ReturnType<typeof termsOf>>;

function makeUrl(method: Exclude<Method, 'POST'>, object: S3Uri, common: UrlOptions, values: PresignValues) {
  return inSentences(() =>
    presignUrl({
      ...common,
      ...object,
      method,
      query: {
        ...namedValues(values.query, '=', '--query'),
        ...(values['version-id'] !== undefined && { versionId: values['version-id'] }),
      },
      headers: namedValues(values.header, ':', '--header'),
      allowDotSegments: values['allow-dot-segments'] === true,
      ...(values['content-type'] !== undefined && { contentType: values['content-type'] }),
      ...(values['content-length'] !== undefined && { contentLength: parseSize(values['content-length'], '--content-length') }),
      ...(values['download-as'] !== undefined && { downloadAs: values['download-as'] }),
    }),
  );
}

/** The limits that only a Latchkey server holds to. */
async function termsOf(values: PresignValues) {
  const { from } = values;
  return {
    ...(values['max-uses'] !== undefined && { maxUses: wholeNumber(values['max-uses'], '--max-uses') }),
    // Loaded where it is needed: every module costs a millisecond of the start.
    ...(from !== undefined && { sourceIp: (await import('../networks.ts')).networksOf(from, '--from') }),
    ...(values['min-size'] !== undefined && { minSize: parseSize(values['min-size'], '--min-size') }),
    ...(values['max-size'] !== undefined && { maxSize: parseSize(values['max-size'], '--max-size') }),
    ...(values['content-types'] !== undefined && { contentTypes: contentTypesOf(values['content-types']) }),
    ...(values['no-overwrite'] !== undefined && { noOverwrite: values['no-overwrite'] }),
  };
}

function contentTypesOf(text: string): readonly string[] {
  const types = text.split(',').map((type) => type.trim());
  if (types.every((type) => /^[\w.+-]+\/(?:\*|[\w.+-]+)$/.test(type))) return types;
  throw wrongUsage(`--content-types is a list of types such as image/*,application/pdf, not "${text}".`);
}

async function printUrl({ bucket, key }: S3Uri, signed: ReturnType<typeof makeUrl>, values: PresignValues, output: Output): Promise<void> {
  const { url, method, headers } = signed;
  const expiresAt = signed.expiresAt.toISOString();
  const curl = values.curl ? curlCommand({ url, method, headers }, method === 'GET' ? fileNameOf(key) : 'FILE') : undefined;
  if (values.json) output.record({ url, method, headers, expiresAt, bucket, key, ...(curl && { curl }) });
  else {
    output.line(curl ?? url);
    for (const [name, value] of curl ? [] : Object.entries(headers)) output.say(`Must be sent with it: ${name}: ${value}`);
  }
  const terms = TERM_FLAGS.filter((name) => values[name] !== undefined).map((name) => `--${name}`);
  // S3 ignores parameters that begin with `x-`, so a limit that it does not know is no limit there.
  if (terms.length > 0) output.say(`A Latchkey server holds the URL to ${terms.join(', ')}; any other S3 ignores what it does not know.`);
  if (values.qr) {
    const { qrCode } = await import('../qr-code.ts');
    output.say(qrCode(url, output.hasColours));
  }
}

const TERM_FLAGS = ['max-uses', 'from', 'min-size', 'max-size', 'content-types', 'no-overwrite'] as const;

/** A key that ends with a slash is the place for a file of any name. */
async function makeForm({ bucket, key }: S3Uri, common: Common, values: PresignValues): Promise<PresignedPost> {
  // Loaded for forms only: every module costs a millisecond of the start.
  const { presignPost } = await import('@latchkey/sigv4/presign-post');
  return inSentences(() =>
    presignPost({
      ...common,
      bucket,
      ...(key.endsWith('/') ? { keyPrefix: key } : { key }),
      ...(values['max-size'] !== undefined && { maxSize: parseSize(values['max-size'], '--max-size') }),
      ...(values['min-size'] !== undefined && { minSize: parseSize(values['min-size'], '--min-size') }),
      ...(values['content-type'] !== undefined && { contentType: values['content-type'] }),
    }),
  );
}

function printForm({ bucket, key }: S3Uri, form: PresignedPost, values: PresignValues, output: Output): void {
  const { url, fields } = form;
  const expiresAt = new Date(form.expiresAt).toISOString();
  const curl = values.curl ? curlFormCommand(url, fields, 'FILE') : undefined;
  if (values.json) output.record({ url, method: 'POST', fields, expiresAt, bucket, key, ...(curl && { curl }) });
  else if (curl) output.line(curl);
  else {
    output.line(url);
    for (const [name, value] of Object.entries(fields)) output.line(`${name}=${value}`);
  }
}

function onlyObject(positionals: readonly string[]): string {
  const [object, ...others] = positionals;
  if (object === undefined || others.length > 0) throw wrongUsage('presign takes one object, s3://BUCKET/KEY.');
  return object;
}

function methodOf(text: string): Method {
  const method = METHODS.find((known) => known === text.toUpperCase());
  if (!method) throw wrongUsage(`--method is one of ${METHODS.join(', ')}, not "${text}".`);
  return method;
}

function fileNameOf(key: string): string {
  const name = key.split('/').at(-1) ?? '';
  return /^(\.*|-.*)$/.test(name) ? 'download' : name;
}
