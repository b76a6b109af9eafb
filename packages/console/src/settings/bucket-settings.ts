/** A bucket's own settings, as S3 has them: public access, policy, CORS. */
import { isCode } from '../api/refusal.ts';
import { s3 } from '../s3/client.ts';
import { checked } from '../s3/objects.ts';
import { childrenOf, escaped, rootOf, textOf } from '../xml.ts';

export const BLOCKS = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const;
export type PublicAccessBlock = Readonly<Record<(typeof BLOCKS)[number], boolean>>;

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

export async function publicAccessBlock(bucket: string, signal?: AbortSignal): Promise<PublicAccessBlock> {
  const root = await read(bucket, 'publicAccessBlock', 'NoSuchPublicAccessBlockConfiguration', signal);
  return Object.fromEntries(BLOCKS.map((name) => [name, root !== undefined && textOf(root, name) === 'true'])) as PublicAccessBlock;
}

export async function putPublicAccessBlock(bucket: string, block: PublicAccessBlock): Promise<void> {
  const members = BLOCKS.map((name) => `<${name}>${block[name]}</${name}>`).join('');
  await put(
    bucket,
    'publicAccessBlock',
    `<PublicAccessBlockConfiguration xmlns="${NAMESPACE}">${members}</PublicAccessBlockConfiguration>`,
  );
}

/** Whether its policy lets everybody in. */
export async function isPublic(bucket: string, signal?: AbortSignal): Promise<boolean> {
  const root = await read(bucket, 'policyStatus', 'NoSuchBucketPolicy', signal);
  return root !== undefined && textOf(root, 'IsPublic')?.toLowerCase() === 'true';
}

/** The document's text, if there is one. */
export async function bucketPolicy(bucket: string, signal?: AbortSignal): Promise<string | undefined> {
  try {
    return await (await s3({ method: 'GET', bucket, query: { policy: '' }, signal })).text();
  } catch (error) {
    if (isCode(error, 'NoSuchBucketPolicy')) return undefined;
    throw error;
  }
}

export async function putBucketPolicy(bucket: string, document: string): Promise<void> {
  await s3({
    method: 'PUT',
    bucket,
    query: { policy: '' },
    headers: { ...checked(document), 'content-type': 'application/json' },
    body: document,
  });
}

export async function deleteBucketPolicy(bucket: string): Promise<void> {
  await s3({ method: 'DELETE', bucket, query: { policy: '' } });
}

export type CorsRule = {
  readonly id?: string | undefined;
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly maxAgeSeconds?: number | undefined;
};

export async function corsRules(bucket: string, signal?: AbortSignal): Promise<readonly CorsRule[]> {
  const root = await read(bucket, 'cors', 'NoSuchCORSConfiguration', signal);
  return root === undefined ? [] : childrenOf(root, 'CORSRule').map(ruleOf);
}

function ruleOf(element: Element): CorsRule {
  const texts = (name: string) => childrenOf(element, name).map((child) => child.textContent ?? '');
  const maxAge = textOf(element, 'MaxAgeSeconds');
  return {
    id: textOf(element, 'ID'),
    origins: texts('AllowedOrigin'),
    methods: texts('AllowedMethod'),
    headers: texts('AllowedHeader'),
    exposed: texts('ExposeHeader'),
    maxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge),
  };
}

/** None takes the configuration away. */
export async function putCorsRules(bucket: string, rules: readonly CorsRule[]): Promise<void> {
  if (rules.length === 0) await s3({ method: 'DELETE', bucket, query: { cors: '' } });
  else await put(bucket, 'cors', `<CORSConfiguration xmlns="${NAMESPACE}">${rules.map(ruleXml).join('')}</CORSConfiguration>`);
}

function ruleXml({ id, origins, methods, headers, exposed, maxAgeSeconds }: CorsRule): string {
  const all = (name: string, values: readonly string[]) => values.map((value) => `<${name}>${escaped(value)}</${name}>`).join('');
  return [
    '<CORSRule>',
    id === undefined ? '' : `<ID>${escaped(id)}</ID>`,
    all('AllowedHeader', headers),
    all('AllowedMethod', methods),
    all('AllowedOrigin', origins),
    all('ExposeHeader', exposed),
    maxAgeSeconds === undefined ? '' : `<MaxAgeSeconds>${maxAgeSeconds}</MaxAgeSeconds>`,
    '</CORSRule>',
  ].join('');
}

async function read(bucket: string, subresource: string, missing: string, signal?: AbortSignal): Promise<Element | undefined> {
  try {
    return rootOf(await (await s3({ method: 'GET', bucket, query: { [subresource]: '' }, signal })).text());
  } catch (error) {
    if (isCode(error, missing)) return undefined;
    throw error;
  }
}

async function put(bucket: string, subresource: string, body: string): Promise<void> {
  await s3({ method: 'PUT', bucket, query: { [subresource]: '' }, headers: checked(body), body });
}
