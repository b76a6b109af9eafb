/** Who signs in at the console with an identity provider: whoever the provider's token says, once this browser has brought its code. */
import { S3Error } from '@latchkey/s3/errors';
import { checked } from '../api/input.ts';
import { jsonBody } from '../api/json-body.ts';
import { providerAnswer } from '../api/schemas/session.ts';
import type { SignedBody } from '../api/signed-body.ts';
import { requireSameOrigin } from '../console-sessions/session-cookie.ts';
import type { IdentityProvider } from '../identity-provider/identity-provider.ts';
import type { Addressed, Authenticated, Operation, Site } from '../pipeline.ts';
import { refuseSigned } from './console-session.ts';

/** Throws NoSuchResource where no provider is configured, and what `IdentityProvider.identify` does. */
export async function authenticateByProvider(
  addressed: Addressed,
  operation: Operation,
  body: SignedBody,
  provider: IdentityProvider | undefined,
  site: Site,
): Promise<Authenticated> {
  refuseSigned(addressed);
  if (provider === undefined) throw new S3Error('NoSuchResource');
  requireSameOrigin(addressed, site);
  const { bytes } = await body.read();
  const answer = checked(providerAnswer, jsonBody(addressed.headers, bytes));
  const principal = await provider.identify(answer, addressed);
  return { ...addressed, operation, principal, signature: undefined } as Authenticated;
}
