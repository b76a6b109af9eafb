import { S3Error } from '@latchkey/s3/errors';
import { otherMeanings } from '../meanings.ts';
import type { Addressed, Authenticated, Site } from '../pipeline.ts';

/**
 * Authenticates a request as it arrived; behind a proxy, as it may have been signed. The refusal is that of what arrived.
 * Without a promise where `authenticateOne` needs none and there is no proxy.
 */
export function authenticateAsMeant(
  addressed: Addressed,
  site: Site,
  authenticateOne: (meaning: Addressed) => Authenticated | Promise<Authenticated>,
): Authenticated | Promise<Authenticated> {
  if (site.publicAddresses.length === 0) return authenticateOne(addressed);
  return Promise.resolve(addressed)
    .then(authenticateOne)
    .catch(async (refusal: unknown) => {
      if (!(refusal instanceof S3Error) || refusal.code !== 'SignatureDoesNotMatch') throw refusal;
      for (const meaning of otherMeanings(addressed, site)) {
        const authenticated = await Promise.resolve(meaning)
          .then(authenticateOne)
          .catch(() => undefined);
        if (authenticated?.signature !== undefined) return authenticated;
      }
      throw refusal;
    });
}
