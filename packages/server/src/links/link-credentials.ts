/**
 * A link as a credential: its access key id names its record, whose secret signed its URL. Who asks is whoever made it, as they are now;
 * with them gone, the link is nobody's.
 */
import type { RecordStore } from '@latchkey/storage/record-store';
import { boundedCache } from '../identity/bounded-cache.ts';
import { IDENTITY } from '../identity/documents.ts';
import type { IdentityPrincipal, RootPrincipal } from '../identity/principals.ts';
import type { Sealer } from '../identity/sealing.ts';
import { LINK, type Link, type LinkIssuer } from './model.ts';

export type LinkCredentials = { readonly secretAccessKey: string; readonly principal: RootPrincipal | IdentityPrincipal };

export type FindLink = (id: string) => LinkCredentials | undefined | Promise<LinkCredentials | undefined>;

const KEPT = 10_000;

/** `issuerOf` makes the principal of an issuer as it is now; `undefined` where there is none any more. */
export function linkCredentials(
  records: RecordStore,
  sealer: Sealer,
  issuerOf: (issuer: LinkIssuer, accessKeyId: string) => Promise<RootPrincipal | IdentityPrincipal | undefined>,
): FindLink {
  const found = boundedCache<LinkCredentials>(KEPT, () => records.generation(LINK) + records.generation(IDENTITY));
  // Links change all the time, and those who make them seldom: their policies are not compiled anew for each link that was made meanwhile.
  const issuers = boundedCache<RootPrincipal | IdentityPrincipal>(KEPT, () => records.generation(IDENTITY));
  return (id) => found.get(id, () => read(id));

  async function read(id: string): Promise<LinkCredentials | undefined> {
    const link = (await records.get(LINK, id))?.value as unknown as Link | undefined;
    if (link === undefined) return undefined;
    const issuer = await issuers.get(JSON.stringify(link.issuer), () => issuerOf(link.issuer, id));
    if (issuer === undefined) return undefined;
    return { secretAccessKey: sealer.open(link.secret, `link/${id}`), principal: { ...issuer, accessKeyId: id, link } };
  }
}
