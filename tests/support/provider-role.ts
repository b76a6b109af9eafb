/** The role that people get who sign in at the console with an identity provider. */
import { allow, call, newRole, policyOf } from './query-client.ts';
import type { TestServer } from './test-server.ts';
import { xmlTexts } from './wire-client.ts';

export const CLIENT_ID = 'the console';

/** Called `people`. It trusts everybody of the issuer but `stranger`, and may read what is in `box`. */
export async function newPeopleRole(server: TestServer, issuer: string): Promise<void> {
  const [account = ''] = xmlTexts((await call(server, 'sts', 'GetCallerIdentity', {})).text, 'Account');
  const name = issuer.replace(/^https?:\/\//, '');
  const trust = policyOf({
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${name}` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${name}:aud`]: CLIENT_ID }, StringNotEquals: { [`${name}:sub`]: 'stranger' } },
  });
  await newRole(server, 'people', trust, policyOf(allow('s3:GetObject', 'arn:aws:s3:::box/*')));
}
