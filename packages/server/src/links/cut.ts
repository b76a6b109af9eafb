/** Transfers that are running when their link or URL is revoked, and that whoever revoked it wanted to end too. */
import { S3Error } from '@latchkey/s3/errors';
import { Denial } from '../denial.ts';
import { linkOf } from '../identity/principals.ts';
import type { Authenticated, Site, Stores } from '../pipeline.ts';
import { LINK, type Link } from './model.ts';

/** Between two chunks it is looked at most so often whether anything was revoked. */
const LOOK_EVERY_MS = 250;

/**
 * The same bytes, which fail with AccessDenied once the request would be cut. As long as nothing is revoked anywhere, a chunk costs a look
 * at the clock.
 */
export function untilCut(bytes: AsyncIterable<Uint8Array>, request: Authenticated, stores: Stores, site: Site): AsyncIterable<Uint8Array> {
  const isOfLink = linkOf(request.principal) !== undefined;
  const generation = () => stores.revocations.generation() + (isOfLink ? stores.records.generation(LINK) : 0);
  // Nothing at first: what was revoked since the request was admitted shows at the first look.
  let seen: number | undefined;
  let lookedAt = site.now();
  const isDue = () => {
    const now = site.now();
    if (now - lookedAt < LOOK_EVERY_MS && now >= lookedAt) return false;
    lookedAt = now;
    stores.records.latest();
    const current = generation();
    if (current === seen) return false;
    seen = current;
    return true;
  };
  return {
    [Symbol.asyncIterator]() {
      const iterator = bytes[Symbol.asyncIterator]();
      const letGo = async (reason: unknown) => {
        await iterator.return?.();
        throw reason;
      };
      return {
        next: () => (isDue() ? refuseIfCut(request, stores).then(() => iterator.next(), letGo) : iterator.next()),
        return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
      };
    },
  };
}

async function refuseIfCut(request: Authenticated, { records, revocations }: Stores): Promise<void> {
  const found = await revocations.find(request);
  const link = linkOf(request.principal);
  const record = link && ((await records.get(LINK, link.id))?.value as unknown as Link | undefined);
  if (found?.isCut !== true && !(record?.status === 'revoked' && record.isCut === true)) return;
  throw new S3Error('AccessDenied', {
    message: 'The link or URL has been revoked.',
    cause: new Denial('revocation', 'It was revoked while it was being used, and running transfers were to end.'),
  });
}
