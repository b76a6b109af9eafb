/** What AssumeRole and AssumeRoleWithWebIdentity have in common: the role, the session's length, its policies, its credentials. */
import { compilePolicy } from '@latchkey/policy/compile';
import { parsePolicy, readStoredPolicy } from '@latchkey/policy/document';
import { S3Error } from '@latchkey/s3/errors';
import { element, type XmlNode } from '@latchkey/s3/xml-writer';
import type { Authorised, Permission } from '../../pipeline.ts';
import type { Call } from '../../query/define-action.ts';
import type { Parameters } from '../../query/parameters.ts';
import { nameInArn, roleArn, sessionArn } from '../arns.ts';
import { boundDocument } from '../bound-principals.ts';
import { existingPolicy } from '../iam/managed-policies.ts';
import { type Role, roles } from '../model.ts';
import { beginSession, type Session } from '../sessions.ts';
import { credentialsElement } from './credentials-element.ts';

const SESSION_NAME = { pattern: /^[\w+=,.@-]+$/, min: 2, max: 64 };
const MAX_SESSION_POLICY_NAMES = 10;
const MIN_SECONDS = 900;
const DEFAULT_SECONDS = 3600;
/** A role assumed by a session of a role lasts an hour at most, as on AWS. */
const MAX_CHAINED_SECONDS = 3600;

/** The role's trust policy has to allow it. A role that is not there is told from a forbidden one by nobody. */
export async function trustPermission({ parameters, stores, site }: Call, action: string): Promise<readonly Permission[]> {
  const arn = parameters.required('RoleArn', { min: 20, max: 2048 });
  const sessionName = parameters.required('RoleSessionName', SESSION_NAME);
  return [trustIn(await roleOf(arn, stores.records, site.accountId), arn, sessionName, action)];
}

/** What a role's trust policy has to allow whoever would have a session of that name. */
export function trustIn(role: Role | undefined, arn: string, sessionName: string, action: string): Permission {
  const text = role?.trust ?? '{"Version":"2012-10-17","Statement":[]}';
  const { document } = readStoredPolicy(text, 'trust');
  const trust = compilePolicy(boundDocument(document, role?.trusted), role?.name ?? arn);
  return { action, resource: arn, trust, context: new Map([['sts:rolesessionname', [sessionName]]]) };
}

export async function assumeRole(
  { request, parameters, stores, site }: Call<Authorised>,
  chain: Pick<Session, 'issuer' | 'console'>,
): Promise<readonly XmlNode[]> {
  const role = await roleOf(parameters.required('RoleArn'), stores.records, site.accountId);
  if (role === undefined) throw new S3Error('AccessDenied');
  const sessionName = parameters.required('RoleSessionName', SESSION_NAME);
  const seconds = secondsOf(parameters, role, request.principal.kind === 'role-session');
  const now = site.now();
  const session: Omit<Session, 'secrets'> = {
    issuedAt: now,
    expiresAt: now + seconds * 1000,
    of: { kind: 'role', role: role.name.toLowerCase(), roleId: role.uniqueId, sessionName },
    ...chain,
    ...(await limitsOf(parameters, stores.records, site.accountId)),
  };
  const credentials = await beginSession(stores.records, stores.identities.sealer, session);
  return [
    credentialsElement(credentials),
    element('AssumedRoleUser', [
      element('AssumedRoleId', `${role.uniqueId}:${sessionName}`),
      element('Arn', sessionArn(site.accountId, role.name, sessionName)),
    ]),
    element('PackedPolicySize', 0),
  ];
}

/** The role that is called so to the letter. */
export async function roleOf(arn: string, records: Records, accountId: string): Promise<Role | undefined> {
  const name = nameInArn(arn, accountId, 'role');
  const role = name === undefined ? undefined : (await roles.get(records, name))?.value;
  return role !== undefined && roleArn(accountId, role) === arn ? role : undefined;
}

type Records = Call['stores']['records'];

function secondsOf(parameters: Parameters, role: Role, isChained: boolean): number {
  const seconds = parameters.wholeNumber('DurationSeconds', { min: MIN_SECONDS, max: 43_200 }) ?? DEFAULT_SECONDS;
  if (seconds > role.maxSessionSeconds)
    throw new S3Error('ValidationError', { message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.' });
  if (isChained && seconds > MAX_CHAINED_SECONDS)
    throw new S3Error('ValidationError', {
      message: 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    });
  return seconds;
}

async function limitsOf(parameters: Parameters, records: Records, accountId: string): Promise<Pick<Session, 'policies' | 'policyNames'>> {
  const text = parameters.text('Policy');
  if (text !== undefined) {
    const parsed = parsePolicy(text, 'session');
    const problem = parsed.ok ? undefined : parsed.problems[0];
    if (problem?.message.startsWith('The policy is longer')) throw new S3Error('PackedPolicyTooLarge', { message: problem.message });
    if (problem !== undefined) throw new S3Error('MalformedPolicyDocument', { message: `${problem.message} (${problem.path}).` });
  }
  const arns = parameters.structures('PolicyArns').map((entry) => entry.required('arn'));
  if (arns.length > MAX_SESSION_POLICY_NAMES)
    throw new S3Error('ValidationError', { message: `A session has at most ${MAX_SESSION_POLICY_NAMES} managed policies.` });
  const policyNames: string[] = [];
  for (const arn of arns) policyNames.push((await existingPolicy(records, accountId, arn)).value.name.toLowerCase());
  return { ...(text === undefined ? {} : { policies: [text] }), ...(arns.length === 0 ? {} : { policyNames }) };
}
