/**
 * Who exists: the root user, whose access key comes from the operator, and users and sessions from the record store.
 * What is found is kept in memory until anything about identities changes, in any process: then the next request looks again.
 */

import type { KnownCredentials } from '@latchkey/sigv4/verify';
import type { RecordStore } from '@latchkey/storage/record-store';
import { CONSOLE_SESSION, findConsoleSession } from '../console-sessions/console-session.ts';
import { linkCredentials } from '../links/link-credentials.ts';
import { LINK_PREFIX } from '../links/link-id.ts';
import type { LinkIssuer } from '../links/model.ts';
import { isUploadCredential, uploadCredentials } from '../upload-requests/upload-credentials.ts';
import { roleArn, sessionArn, userArn } from './arns.ts';
import { boundedCache } from './bounded-cache.ts';
import { IDENTITY } from './documents.ts';
import { type LastUse, lastUses } from './last-used.ts';
import { type AccessKey, accessKeys, roles, type User, users } from './model.ts';
import { principalPolicies, sessionPolicies } from './principal-policies.ts';
import type { IdentityPrincipal, Principal, RootPrincipal, SessionFacts } from './principals.ts';
import type { Sealer } from './sealing.ts';
import { findSession, openSession, SESSION, type Session } from './sessions.ts';
import { federatedPrincipal, type OidcIssuer } from './sts/federated.ts';

export type RootCredentials = { readonly accessKeyId: string; readonly secretAccessKey: string };

export type FoundCredentials = KnownCredentials & { readonly principal: Principal };

export type Identities = {
  readonly root: RootCredentials;
  /** 12 digits, the same for the life of the installation. */
  readonly accountId: string;
  readonly sealer: Sealer;
  /** Who is behind an issuer's token, or an S3Error that says why nobody. */
  fromToken(token: string, now: number): Promise<Principal>;
  /** The credentials behind an access key id, as they are now; `undefined` for one that nobody has, or that is inactive. */
  find(accessKeyId: string): FoundCredentials | undefined | Promise<FoundCredentials | undefined>;
  /** The session of a role for which no credentials are needed, as it is now; `undefined` once the role is gone. */
  inRole(of: Extract<Session['of'], { readonly kind: 'role' }>, id: string, facts: SessionFacts): Promise<Principal | undefined>;
  /** Remembers that a user's access key has been used; written now and then. */
  used(accessKeyId: string, use: LastUse): void;
  lastUsed(accessKeyId: string): Promise<LastUse | undefined>;
  close(): Promise<void>;
};

const KEPT = 10_000;
/** What temporary credentials depend on. */
const SESSION_KINDS = [IDENTITY, SESSION, CONSOLE_SESSION] as const;

export function createIdentities(options: {
  readonly records: RecordStore;
  readonly root: RootCredentials;
  readonly accountId: string;
  readonly sealer: Sealer;
  readonly issuers: readonly OidcIssuer[];
}): Identities {
  const { records, root, accountId, sealer, issuers } = options;
  const keys = boundedCache<FoundCredentials>(KEPT, () => records.generation(IDENTITY));
  const sessions = boundedCache<FoundCredentials>(KEPT, () => SESSION_KINDS.reduce((sum, kind) => sum + records.generation(kind), 0));
  const links = linkCredentials(records, sealer, linkIssuer);
  const uploads = uploadCredentials(records, sealer, linkIssuer);
  const uses = lastUses(records);
  const rootFound: FoundCredentials = { principal: { kind: 'root', accessKeyId: root.accessKeyId }, secretAccessKey: root.secretAccessKey };

  return {
    root,
    accountId,
    sealer,
    fromToken: (token, now) => federatedPrincipal(token, issuers, accountId, now),
    find(accessKeyId) {
      if (accessKeyId === root.accessKeyId) return rootFound;
      if (accessKeyId.startsWith(LINK_PREFIX)) return links(accessKeyId);
      if (isUploadCredential(accessKeyId)) return uploads(accessKeyId);
      if (accessKeyId.startsWith('LKSA')) return sessions.get(accessKeyId, () => ofSession(accessKeyId));
      return keys.get(accessKeyId, () => ofAccessKey(accessKeyId));
    },
    inRole: (of, id, facts) => sessionPrincipal({ of }, id, facts),
    used: uses.used,
    lastUsed: uses.lastUsed,
    close: uses.close,
  };

  async function ofAccessKey(id: string): Promise<FoundCredentials | undefined> {
    const owner = await ownerOf(id);
    if (owner === undefined) return undefined;
    const { key, user } = owner;
    const secretAccessKey = sealer.open(key.secret, `access-key/${id}`);
    return { secretAccessKey, principal: await userPrincipal(user, id, undefined, {}) };
  }

  /** The user behind an access key that is active. */
  async function ownerOf(id: string): Promise<{ key: AccessKey; user: User } | undefined> {
    const key = (await accessKeys.get(records, id))?.value;
    // Ids are compared to the letter, names without case.
    if (key === undefined || key.id !== id || key.status !== 'Active') return undefined;
    const user = (await users.get(records, key.user))?.value;
    return user === undefined || user.uniqueId !== key.userId ? undefined : { key, user };
  }

  async function ofSession(id: string): Promise<FoundCredentials | undefined> {
    const session = await findSession(records, id);
    if (session === undefined || !(await issuerIsActive(session.issuer))) return undefined;
    if (session.console !== undefined && (await findConsoleSession(records, session.console)) === undefined) return undefined;
    const { issuedAt, expiresAt, issuer } = session;
    const facts = { issuedAt, expiresAt, issuer, console: session.console };
    const principal = await sessionPrincipal(session, id, facts);
    return principal && { ...openSession(sealer, id, session), expiresAt: new Date(session.expiresAt), principal };
  }

  async function issuerIsActive(id: string | undefined): Promise<boolean> {
    return id === undefined || id === root.accessKeyId || (await ownerOf(id)) !== undefined;
  }

  /** A link outlives the session that made it, but is not what that session was not: its policies, and when it began, still count. */
  function linkIssuer(issuer: LinkIssuer, id: string): Promise<RootPrincipal | IdentityPrincipal | undefined> {
    if (issuer.kind === 'root') return sessionPrincipal({ of: issuer }, id, undefined);
    const { limits, issuedAt } = issuer;
    const facts = issuedAt === undefined ? undefined : { issuedAt, expiresAt: Number.POSITIVE_INFINITY };
    return sessionPrincipal({ of: issuer, ...limits }, id, facts);
  }

  async function sessionPrincipal(
    session: Pick<Session, 'of' | 'policies' | 'policyNames'>,
    id: string,
    facts: SessionFacts | undefined,
  ): Promise<RootPrincipal | IdentityPrincipal | undefined> {
    switch (session.of.kind) {
      case 'root':
        return (await sessionPolicies(records, session)) === undefined ? { kind: 'root', accessKeyId: id, session: facts } : undefined;
      case 'user': {
        const user = (await users.get(records, session.of.user))?.value;
        return user?.uniqueId === session.of.userId ? userPrincipal(user, id, facts, session) : undefined;
      }
      case 'role': {
        const { role: name, roleId, sessionName } = session.of;
        const role = (await roles.get(records, name))?.value;
        if (role?.uniqueId !== roleId) return undefined;
        const arn = sessionArn(accountId, role.name, sessionName);
        const principalArn = roleArn(accountId, role);
        return {
          kind: 'role-session',
          accessKeyId: id,
          arn,
          userId: `${roleId}:${sessionName}`,
          name: role.name,
          principalArn,
          tags: role.tags,
          session: facts,
          policies: await principalPolicies(records, role, session),
          asPolicyPrincipal: { kind: 'role-session', accountId, arn, roleArn: principalArn, roleUniqueId: roleId },
        };
      }
    }
  }

  async function userPrincipal(
    user: User,
    accessKeyId: string,
    session: SessionFacts | undefined,
    limits: Pick<Session, 'policies' | 'policyNames'>,
  ): Promise<IdentityPrincipal> {
    const arn = userArn(accountId, user);
    return {
      kind: 'user',
      accessKeyId,
      arn,
      userId: user.uniqueId,
      name: user.name,
      principalArn: arn,
      tags: user.tags,
      session,
      policies: await principalPolicies(records, user, limits),
      asPolicyPrincipal: { kind: 'user', accountId, arn, uniqueId: user.uniqueId },
    };
  }
}
