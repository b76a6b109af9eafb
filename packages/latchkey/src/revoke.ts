import { type ApiPlace, askApi } from './api-client.ts';
import { wrongUsage } from './failure.ts';
import { isUrl, linkIdOf } from './link-id.ts';
import { linkLine, type ShownLink, withoutMilliseconds } from './link-lines.ts';
import type { Output } from './output.ts';

type RevokeValues = {
  readonly cut?: boolean;
  readonly label?: string;
  readonly bucket?: string;
  readonly prefix?: string;
  readonly user?: string;
  readonly role?: string;
  readonly 'access-key'?: string;
  readonly all?: boolean;
  readonly json?: boolean;
};

type Revoked =
  | { readonly kind: 'link'; readonly link: ShownLink }
  | { readonly kind: 'signature'; readonly hash: string; readonly forgetAfter: string }
  | { readonly kind: 'rule'; readonly revocation: { readonly id: string; readonly by: string; readonly signedBefore: string } };

/** Revokes links and URLs one by one, and then what the flags name. The first that is refused ends it; those before it are revoked. */
export async function revokeAll(given: readonly string[], values: RevokeValues, place: ApiPlace, output: Output): Promise<void> {
  const rule = ruleOf(values);
  if (given.length === 0 && rule === undefined)
    throw wrongUsage('link revoke takes ids or URLs, or one of --label, --bucket, --user, --role, --access-key, --all.');
  for (const one of given) print(await revokeOne(one, values.cut, place), values, output);
  if (rule !== undefined)
    print(await askApi<Revoked>(place, { method: 'POST', path: '/revocations', body: { ...rule, cut: values.cut } }), values, output);
}

async function revokeOne(idOrUrl: string, cut: boolean | undefined, place: ApiPlace): Promise<Revoked> {
  if (isUrl(idOrUrl)) {
    const url = idOrUrl.trim().replaceAll('&amp;', '&');
    return askApi(place, { method: 'POST', path: '/revocations', body: { by: 'url', url, cut } });
  }
  const link = await askApi<ShownLink>(place, { method: 'DELETE', path: `/links/${linkIdOf(idOrUrl)}`, query: { cut } });
  return { kind: 'link', link };
}

function ruleOf({
  label,
  bucket,
  prefix,
  user,
  role,
  'access-key': accessKeyId,
  all,
}: RevokeValues): Readonly<Record<string, string>> | undefined {
  const rules = [
    label !== undefined && { by: 'label', label },
    bucket !== undefined && (prefix === undefined ? { by: 'bucket', bucket } : { by: 'prefix', bucket, prefix }),
    user !== undefined && { by: 'user', user },
    role !== undefined && { by: 'role', role },
    accessKeyId !== undefined && { by: 'access-key', accessKeyId },
    all === true && { by: 'all' },
  ].filter((rule) => rule !== false);
  if (rules.length > 1) throw wrongUsage('Of --label, --bucket, --user, --role, --access-key and --all, link revoke takes one at a time.');
  if (prefix !== undefined && bucket === undefined) throw wrongUsage('--prefix goes with --bucket.');
  return rules[0];
}

/** One shape for programs, whatever was revoked. */
function print(done: Revoked, { json }: RevokeValues, output: Output): void {
  if (json) output.record(recordOf(done));
  else output.line(lineOf(done));
}

function recordOf(done: Revoked): Readonly<Record<string, unknown>> {
  switch (done.kind) {
    case 'link':
      return { kind: done.kind, ...done.link };
    case 'signature':
      return done;
    case 'rule':
      return { kind: done.kind, ...done.revocation };
  }
}

function lineOf(done: Revoked): string {
  switch (done.kind) {
    case 'link':
      return linkLine(done.link);
    case 'signature':
      return `The URL is refused from now on. (Its signature's SHA-256 is ${done.hash}.)`;
    case 'rule': {
      const { id, by, signedBefore } = done.revocation;
      return `${id}: by ${by}, what was signed before ${withoutMilliseconds(signedBefore)} is refused.`;
    }
  }
}
