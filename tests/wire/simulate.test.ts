/** SimulatePrincipalPolicy: the decision that a request would meet, and which statement of which policy makes it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allow, call, deny, done, newUser, policyOf, putPolicy } from '../support/query-client.ts';
import { testServer } from '../support/test-server.ts';
import { presigned, send, signed, xmlParts, xmlTexts } from '../support/wire-client.ts';

const server = await testServer({ blocksPublicAccess: false });
afterAll(() => server.close());
const OBJECT = 'arn:aws:s3:::vault/file';
let arn = '';
let user: Awaited<ReturnType<typeof newUser>>;

beforeAll(async () => {
  await send(server, signed(server, 'PUT', '/vault'));
  await send(server, signed(server, 'PUT', '/vault/file', { body: 'gold' }));
  user = await newUser(server, 'simulated');
  arn = user.arn;
});

async function simulate(action: string, more: Record<string, string> = {}) {
  const parameters = { PolicySourceArn: arn, 'ActionNames.member.1': action, 'ResourceArns.member.1': OBJECT, ...more };
  const { text } = await done(server, 'iam', 'SimulatePrincipalPolicy', parameters);
  const first = (name: string) => xmlTexts(text, name)[0];
  const [statement = ''] = xmlParts(text, 'DecidingStatement');
  return { decision: first('EvalDecision'), by: first('DecidedBy'), statement, explanation: first('Explanation') };
}
const WITH_BUCKETS = { WithBucketPolicies: 'true' };

describe('SimulatePrincipalPolicy', () => {
  test('says which kind of policy lacks an Allow', async () => {
    expect(await simulate('s3:GetObject')).toEqual({
      decision: 'implicitDeny',
      by: 'identity',
      statement: '',
      explanation: `No identity policy allows ${arn} s3:GetObject on ${OBJECT}.`,
    });
  });
  test('says which statement allows, and which denies', async () => {
    await putPolicy(server, 'simulated', policyOf(allow('s3:*', '*'), { ...deny('s3:PutObject', '*'), Sid: 'ReadOnly' }));
    expect(await simulate('s3:GetObject')).toMatchObject({
      decision: 'allowed',
      statement: '<Policy>simulated/own</Policy><Number>1</Number>',
    });
    expect(await simulate('s3:PutObject')).toMatchObject({
      decision: 'explicitDeny',
      by: 'identity',
      statement: '<Policy>simulated/own</Policy><Sid>ReadOnly</Sid><Number>2</Number>',
    });
  });
  test('counts the policy of the bucket where it is asked to, and agrees with what happens then', async () => {
    await putPolicy(server, 'simulated', policyOf(allow('s3:*', '*')));
    const policy = policyOf({ ...deny('s3:GetObject', 'arn:aws:s3:::vault/*', { Principal: '*' }), Sid: 'Sealed' });
    const url = presigned(server, 'GET', '/vault/file', { credentials: user });
    expect([(await simulate('s3:GetObject', WITH_BUCKETS)).decision, (await send(server, url)).status]).toEqual(['allowed', 200]);
    await send(server, signed(server, 'PUT', '/vault', { query: { policy: '' }, body: JSON.stringify(policy) }));
    expect((await simulate('s3:GetObject')).decision).toBe('allowed');
    expect(await simulate('s3:GetObject', WITH_BUCKETS)).toMatchObject({
      decision: 'explicitDeny',
      by: 'resource',
      statement: '<Policy>vault</Policy><Sid>Sealed</Sid><Number>1</Number>',
    });
    expect((await send(server, url)).status).toBe(403);
  });
  test('is not for everybody', async () => {
    const nobody = await newUser(server, 'no-simulator');
    const parameters = { PolicySourceArn: arn, 'ActionNames.member.1': 's3:GetObject' };
    expect((await call(server, 'iam', 'SimulatePrincipalPolicy', parameters, nobody)).error.Code).toBe('AccessDenied');
  });
});
