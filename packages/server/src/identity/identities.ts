/** Who exists. So far one: the root user, whose access key comes from the operator. */
import type { KnownCredentials } from '@latchkey/sigv4/verify';
import type { Principal } from '../pipeline.ts';

export type RootCredentials = { readonly accessKeyId: string; readonly secretAccessKey: string };
export type Identities = { readonly root: RootCredentials };

export type FoundCredentials = KnownCredentials & { readonly principal: Principal };

/** The credentials behind an access key id, as they are now; `undefined` for one that nobody has. */
export function findCredentials(identities: Identities, accessKeyId: string): FoundCredentials | undefined {
  const { root } = identities;
  if (accessKeyId !== root.accessKeyId) return undefined;
  return { principal: { kind: 'root', accessKeyId }, secretAccessKey: root.secretAccessKey };
}
