/** IAM and STS as their clients call them: a signed form, an XML answer. */
import type { SigningCredentials } from './independent-signer.ts';
import type { TestServer } from './test-server.ts';
import { type Answer, send, signed, xmlTexts } from './wire-client.ts';

export type Parameters = Readonly<Record<string, string>>;

/** Calls an action; nobody looks at the answer's status here. */
export function call(
  server: TestServer,
  service: 'iam' | 'sts' | 'latchkey',
  action: string,
  parameters: Parameters,
  credentials?: SigningCredentials,
): Promise<Answer> {
  const body = new URLSearchParams({ Action: action, Version: service === 'sts' ? '2011-06-15' : '2010-05-08', ...parameters }).toString();
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' };
  return send(server, signed(server, 'POST', '/', { service, headers, body, ...(credentials && { credentials }) }));
}

/** Calls an action that has to work. */
export async function done(...args: CallArguments): Promise<Answer> {
  const reply = await call(...args);
  if (reply.status !== 200) throw new Error(`${args[2]} answered ${reply.status}: ${reply.text}`);
  return reply;
}
type CallArguments = [
  server: TestServer,
  service: 'iam' | 'sts' | 'latchkey',
  action: string,
  parameters: Parameters,
  credentials?: SigningCredentials,
];

/** A user with one access key and, if given, one inline policy called `own`. */
export async function newUser(server: TestServer, name: string, policy?: unknown): Promise<SigningCredentials & { readonly arn: string }> {
  const [arn = ''] = xmlTexts((await done(server, 'iam', 'CreateUser', { UserName: name })).text, 'Arn');
  if (policy !== undefined) await putPolicy(server, name, policy);
  return { ...(await newKey(server, name)), arn };
}

export async function newKey(server: TestServer, name: string): Promise<SigningCredentials> {
  return credentialsOf(await done(server, 'iam', 'CreateAccessKey', { UserName: name }));
}

export const putPolicy = (server: TestServer, name: string, policy: unknown): Promise<Answer> =>
  done(server, 'iam', 'PutUserPolicy', { UserName: name, PolicyName: 'own', PolicyDocument: JSON.stringify(policy) });

/** A role that the account's users may assume where their policies allow it. */
export async function newRole(server: TestServer, name: string, trust: unknown, policy?: unknown): Promise<string> {
  const made = await done(server, 'iam', 'CreateRole', { RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) });
  if (policy !== undefined)
    await done(server, 'iam', 'PutRolePolicy', { RoleName: name, PolicyName: 'own', PolicyDocument: JSON.stringify(policy) });
  return xmlTexts(made.text, 'Arn')[0] ?? '';
}

/** What an answer with credentials gives. */
export function credentialsOf({ text }: Answer): SigningCredentials {
  const [accessKeyId = ''] = xmlTexts(text, 'AccessKeyId');
  const [secretAccessKey = ''] = xmlTexts(text, 'SecretAccessKey');
  const [sessionToken] = xmlTexts(text, 'SessionToken');
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

export type Statement = Readonly<Record<string, unknown>>;

export const policyOf = (...statements: Statement[]) => ({ Version: '2012-10-17', Statement: statements });
export const allow = (actions: string | string[], resources: string | string[], more: Statement = {}): Statement => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resources,
  ...more,
});
export const deny = (actions: string | string[], resources: string | string[], more: Statement = {}): Statement => ({
  ...allow(actions, resources, more),
  Effect: 'Deny',
});
