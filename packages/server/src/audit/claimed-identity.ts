/** Of a request whose authentication failed: what it said about itself. */
import { headerValue } from '../headers.ts';
import { cut } from './mask.ts';

type Claims = {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly query: readonly { readonly name: string; readonly value: string }[];
  readonly formFields?: ReadonlyMap<string, string> | undefined;
};

/** The access key id that it named, where it named one that could be an access key id. */
export function claimedAccessKeyId({ headers, query, formFields }: Claims): string | undefined {
  const authorization = headerValue(headers, 'authorization');
  const claimed =
    queryValue(query, 'x-amz-credential')?.split('/', 1)[0] ??
    queryValue(query, 'awsaccesskeyid') ??
    formFields?.get('x-amz-credential')?.split('/', 1)[0] ??
    formFields?.get('awsaccesskeyid') ??
    (authorization && (/\bCredential=([^/,\s]+)\//.exec(authorization)?.[1] ?? /^AWS ([^:\s]+):/.exec(authorization)?.[1]));
  return claimed !== undefined && /^\w{4,128}$/.test(claimed) ? cut(claimed, 128) : undefined;
}

/** The signature in a URL or a form, decoded, and whether it is one of SigV4. */
export function claimedSignature({ query, formFields }: Claims): { readonly text: string; readonly isV4: boolean } | undefined {
  const v4 = queryValue(query, 'x-amz-signature') ?? formFields?.get('x-amz-signature');
  if (v4 !== undefined) return { text: v4, isV4: true };
  const v2 = queryValue(query, 'signature') ?? formFields?.get('signature');
  return v2 === undefined ? undefined : { text: v2, isV4: false };
}

function queryValue(query: Claims['query'], name: string): string | undefined {
  for (const parameter of query) if (parameter.name.length === name.length && parameter.name.toLowerCase() === name) return parameter.value;
  return undefined;
}
