import { parseCredential } from './credential-scope.ts';
import { readAuthentication } from './read-authentication.ts';
import type { Refusal } from './refusal.ts';
import { parseAmzDate } from './scope.ts';
import { type ParsedTarget, parseTarget } from './target.ts';

/** What a signed URL says, whether or not any server would accept it. */
export type SignedUrl = {
  /** 'unsigned' has no signature in its query. */
  readonly kind: 'v4' | 'v2' | 'unsigned';
  readonly host: string;
  /** The bucket, as far as the form of host and path tells: a domain of one's own may stand for it. */
  readonly bucket?: string;
  /** The key likewise; absent for the bucket itself. */
  readonly key?: string;
  /** Who signed. */
  readonly accessKeyId?: string;
  /** Whether the credentials were temporary: then the URL ends with them, however late it says it expires. */
  readonly isTemporary: boolean;
  /** SigV4 only. */
  readonly region?: string;
  readonly service?: string;
  readonly signedAt?: Date;
  readonly expiresAt?: Date;
  readonly isExpired: boolean;
  /** Headers that were signed, host apart: they must be sent with the values that were signed. Lower case. */
  readonly mustSend: readonly string[];
  /** Query parameters that are not the signature's own: overrides, sub-resources, terms. Decoded. */
  readonly parameters: Readonly<Record<string, string>>;
};

/** A URL, split as a server would see it. */
export type UrlParts = { readonly host: string; readonly target: ParsedTarget };

/** Splits an absolute URL without normalising it; undefined if it is none, or cannot be sent as it is. */
export function splitUrl(text: string): UrlParts | undefined {
  const [, origin, rest = ''] = /^(https?:\/\/[^/?#]+)([^#]*)/i.exec(text) ?? [];
  if (origin === undefined || !URL.canParse(origin)) return undefined;
  const target = parseTarget(rest.startsWith('/') ? rest : `/${rest}`);
  return 'problem' in target ? undefined : { host: new URL(origin).host, target };
}

/** The first query parameter of that name, decoded. */
export const parameterOf = (target: ParsedTarget, name: string): string | undefined =>
  target.query.find((parameter) => parameter.name === name)?.value;

/** Reads what a signed URL says. */
export function readSignedUrl({ host, target }: UrlParts, now: Date): SignedUrl {
  const value = (name: string): string | undefined => parameterOf(target, name);
  const credential = parseCredential(value('X-Amz-Credential') ?? '');
  const isV2 = value('Signature') !== undefined || value('AWSAccessKeyId') !== undefined;
  const isV4 = value('X-Amz-Signature') !== undefined || value('X-Amz-Credential') !== undefined;
  const signedAt = parseAmzDate(value('X-Amz-Date') ?? '');
  const expiresAt = isV2 ? moment(Number(value('Expires'))) : moment(Number(signedAt) / 1000 + Number(value('X-Amz-Expires')));
  return {
    kind: isV2 ? 'v2' : isV4 ? 'v4' : 'unsigned',
    host,
    ...whatOf(host, target.path),
    ...defined('accessKeyId', credential?.accessKeyId ?? value('AWSAccessKeyId')),
    isTemporary: (value('X-Amz-Security-Token') ?? value('x-amz-security-token')) !== undefined,
    ...defined('region', credential?.scope.region),
    ...defined('service', credential?.scope.service),
    ...defined('signedAt', signedAt),
    ...defined('expiresAt', expiresAt),
    isExpired: expiresAt !== undefined && now > expiresAt,
    mustSend: (value('X-Amz-SignedHeaders') ?? '').split(';').filter((name) => name !== '' && name !== 'host'),
    parameters: Object.fromEntries(target.query.filter(({ name }) => !OF_THE_SIGNATURE.test(name)).map(({ name, value }) => [name, value])),
  };
}

/** Why even its own server refuses the URL, time apart; judged with the region and service that it names itself. */
export function faultOf({ host, target }: UrlParts, now: Date): Refusal | undefined {
  const scope = parseCredential(parameterOf(target, 'X-Amz-Credential') ?? '')?.scope;
  const rules = { now, region: scope?.region ?? '', service: scope?.service ?? '', sigv2: true };
  const authentication = readAuthentication({ method: 'GET', target, headers: [['host', host]] }, rules);
  return authentication.kind === 'refused' && authentication.refusal.kind !== 'expired' ? authentication.refusal : undefined;
}

const OF_THE_SIGNATURE =
  /^(?:X-Amz-(?:Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token)|AWSAccessKeyId|Signature|Expires|x-amz-security-token)$/;

function whatOf(host: string, path: string): { readonly bucket?: string; readonly key?: string } {
  const inHost = /^(.+)\.s3[.-].*amazonaws\.com(?:\.cn)?$|^(.+)\.localhost(?::\d+)?$/.exec(host);
  const [, first = '', rest = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  const bucket = inHost?.[1] ?? inHost?.[2] ?? first;
  const key = inHost === null ? rest : path.slice(1);
  return { ...(bucket === '' ? {} : { bucket }), ...(key === '' ? {} : { key }) };
}

const moment = (seconds: number): Date | undefined =>
  Number.isNaN(new Date(seconds * 1000).getTime()) ? undefined : new Date(seconds * 1000);

const defined = <Name extends string, Value>(name: Name, value: Value | undefined): { readonly [name in Name]?: Value } =>
  value === undefined ? {} : ({ [name]: value } as { readonly [name in Name]?: Value });
