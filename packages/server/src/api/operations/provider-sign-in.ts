/** Signing in to the console with an identity provider: it says who it is, and the trust policy of the configured role whether they may come in. */
import { S3Error } from '@latchkey/s3/errors';
import type { RecordStore } from '@latchkey/storage/record-store';
import { beginConsoleSession } from '../../console-sessions/console-session.ts';
import { newSessionCookie, requireSameOrigin } from '../../console-sessions/session-cookie.ts';
import { roleArn, sessionArn } from '../../identity/arns.ts';
import { type Role, roles } from '../../identity/model.ts';
import { roleOf, trustIn } from '../../identity/sts/role-session.ts';
import { clearedSignInCookie } from '../../identity-provider/begun-sign-in.ts';
import { defineApiOperation } from '../operation.ts';
import { providerAnswer, providerUrl, signedIn } from '../schemas/session.ts';
import { browserOf, entered } from './entered.ts';

/** The trust policy of the role is asked as for the call of that name. */
const TRUSTED_ACTION = 'sts:AssumeRoleWithWebIdentity';

const needsNothing = () => [];

export const getSignInUrl = defineApiOperation({
  name: 'GetSignInUrl',
  method: 'POST',
  path: '/session/provider/url',
  summary: 'Where a browser goes to sign in with the identity provider; it keeps a cookie until it comes back',
  actions: [],
  authenticatedBy: 'nobody',
  answer: { status: 200, description: 'The address, and the state that comes back from there', body: providerUrl },
  needs: needsNothing,
  async run({ caller, provider, site }) {
    if (provider === undefined) throw new S3Error('NoSuchResource');
    // Nobody elsewhere replaces the cookie of a sign-in that is under way.
    requireSameOrigin(caller, site);
    const { url, state, cookie } = await provider.begin(caller);
    return { body: { url, state }, headers: ['Set-Cookie', cookie] };
  },
});

export const signInWithProvider = defineApiOperation({
  name: 'SignInWithProvider',
  method: 'POST',
  path: '/session/provider/sign-in',
  summary: 'Begin a session in the console with the code of the identity provider, as the role that is configured and trusts it',
  actions: [TRUSTED_ACTION],
  authenticatedBy: 'identity-provider',
  body: providerAnswer,
  answer: { status: 201, description: 'Who signed in, and what to sign with', body: signedIn },
  // Whether the role trusts them is asked for in `run`: it is known once the role is.
  needs: needsNothing,
  async run(call) {
    const { caller, stores, site, provider } = call;
    const { principal } = caller;
    if (provider === undefined || principal.kind !== 'federated' || principal.signIn === undefined) throw new S3Error('AccessDenied');
    const { name, sessionName, sessionId } = principal.signIn;
    const { role, arn } = await roleCalled(provider.role, stores.records, site.accountId);
    await caller.demand(trustIn(role, arn, sessionName, TRUSTED_ACTION)).catch((error: unknown) => {
      throw error instanceof S3Error && error.code === 'AccessDenied' ? notLetIn(provider.name, error.cause) : error;
    });
    if (role === undefined) throw notLetIn(provider.name);
    const given = {
      of: { kind: 'role', role: role.name.toLowerCase(), roleId: role.uniqueId, sessionName },
      name,
      subject: `${principal.provider} ${principal.subject}`,
      ...browserOf(caller),
    } as const;
    // The provider is asked again by the time that a session of the role may last: it may have shut them out.
    const lifetimeMs = role.maxSessionSeconds * 1000;
    const { cookie, session } = await beginConsoleSession(stores.records, given, site.now(), { id: sessionId, lifetimeMs });
    const cookies = ['Set-Cookie', newSessionCookie(cookie, caller), 'Set-Cookie', clearedSignInCookie(caller)];
    const assumed = sessionArn(site.accountId, role.name, sessionName);
    return { ...(await entered(call, cookie, session, cookies, assumed)), notes: { response: { assumedRole: assumed } } };
  },
});

/** `cause` is for the trail: which statement it was. */
function notLetIn(provider: string, cause?: unknown): S3Error {
  return new S3Error('AccessDenied', {
    message: `${provider} knows you, but this console does not let you in. Ask whoever runs it.`,
    cause,
  });
}

/** The role by its ARN or its name; the ARN also where there is none. */
async function roleCalled(called: string, records: RecordStore, accountId: string): Promise<{ role: Role | undefined; arn: string }> {
  if (called.startsWith('arn:')) return { role: await roleOf(called, records, accountId), arn: called };
  const role = (await roles.get(records, called))?.value;
  return { role, arn: roleArn(accountId, role ?? { path: '/', name: called }) };
}
