/** What a principal, or a set of policies, would be allowed: decided by the same code that decides about requests. */
import type { Access } from '@latchkey/policy/access';
import { type CompiledPolicy, compilePolicy } from '@latchkey/policy/compile';
import { parsePolicy } from '@latchkey/policy/document';
import type { Principal } from '@latchkey/policy/principals';
import { type Simulation, simulate } from '@latchkey/policy/simulate';
import { S3Error } from '@latchkey/s3/errors';
import { element, type XmlNode } from '@latchkey/s3/xml-writer';
import type { RecordStore } from '@latchkey/storage/record-store';
import type { Authorised, Stores } from '../../pipeline.ts';
import { type Call, defineAction, listElement } from '../../query/define-action.ts';
import { page } from '../../query/pages.ts';
import type { Parameters } from '../../query/parameters.ts';
import { nameInArn, roleArn, sessionArn, userArn } from '../arns.ts';
import { groups, roles, users } from '../model.ts';
import { type PrincipalPolicies, principalPolicies } from '../principal-policies.ts';
import { noSuchEntity, onAnything } from './holders.ts';

type Subject = Pick<PrincipalPolicies, 'identity' | 'boundary'> & {
  readonly principal: Principal;
  readonly context: readonly (readonly [key: string, value: string])[];
};

export const simulatePrincipalPolicy = defineAction('iam', {
  name: 'SimulatePrincipalPolicy',
  needs: ({ parameters }) => [{ action: 'iam:SimulatePrincipalPolicy', resource: parameters.required('PolicySourceArn', { max: 2048 }) }],
  async run(call) {
    const { parameters, stores, site } = call;
    const subject = await subjectOf(stores.records, site.accountId, parameters.required('PolicySourceArn'));
    return results(call, { ...subject, identity: [...subject.identity, ...given(parameters, 'PolicyInputList')] });
  },
});

export const simulateCustomPolicy = defineAction('iam', {
  name: 'SimulateCustomPolicy',
  needs: onAnything('iam:SimulateCustomPolicy'),
  async run(call) {
    const { parameters, site } = call;
    const identity = given(parameters, 'PolicyInputList');
    if (identity.length === 0) parameters.required('PolicyInputList.member.1');
    const arn = parameters.text('CallerArn') ?? userArn(site.accountId, { name: 'simulated', path: '/' });
    return results(call, { identity, boundary: undefined, principal: { kind: 'user', accountId: site.accountId, arn }, context: [] });
  },
});

async function subjectOf(records: RecordStore, accountId: string, arn: string): Promise<Subject> {
  const userName = nameInArn(arn, accountId, 'user');
  const user = userName === undefined ? undefined : (await users.get(records, userName))?.value;
  if (user !== undefined && userArn(accountId, user) === arn) {
    const context = [
      ['aws:username', user.name],
      ['aws:userid', user.uniqueId],
      ['aws:principalarn', arn],
      ['aws:principaltype', 'User'],
    ] as const;
    const tags = user.tags.map(({ key, value }) => [`aws:principaltag/${key.toLowerCase()}`, value] as const);
    const policies = await principalPolicies(records, user);
    return { ...policies, principal: { kind: 'user', accountId, arn, uniqueId: user.uniqueId }, context: [...context, ...tags] };
  }
  const roleName = nameInArn(arn, accountId, 'role');
  const role = roleName === undefined ? undefined : (await roles.get(records, roleName))?.value;
  if (role !== undefined && roleArn(accountId, role) === arn) {
    const session = sessionArn(accountId, role.name, 'simulated');
    return {
      ...(await principalPolicies(records, role)),
      principal: { kind: 'role-session', accountId, arn: session, roleArn: arn, roleUniqueId: role.uniqueId },
      context: [
        ['aws:principalarn', arn],
        ['aws:userid', `${role.uniqueId}:simulated`],
        ['aws:principaltype', 'AssumedRole'],
      ],
    };
  }
  const groupName = nameInArn(arn, accountId, 'group');
  const group = groupName === undefined ? undefined : (await groups.get(records, groupName))?.value;
  if (group === undefined) throw noSuchEntity(`The principal ${arn} cannot be found.`);
  return { ...(await principalPolicies(records, group)), principal: { kind: 'user', accountId, arn }, context: [] };
}

function given(parameters: Parameters, name: string): CompiledPolicy[] {
  return parameters.list(name).map((text, index) => compiled(text, 'managed', `${name}.${index + 1}`));
}

function compiled(text: string, place: 'managed' | 'bucket', name: string): CompiledPolicy {
  const parsed = parsePolicy(text, place);
  if (!parsed.ok)
    throw new S3Error('InvalidInput', { message: `${name}: ${parsed.problems[0]?.message ?? 'the policy can not be understood'}` });
  return compilePolicy(parsed.document, name);
}

async function results({ parameters, stores, site }: Call<Authorised>, subject: Subject): Promise<readonly XmlNode[]> {
  const actions = parameters.list('ActionNames');
  if (actions.length === 0) parameters.required('ActionNames.member.1');
  const resources = parameters.list('ResourceArns');
  const context = new Map<string, readonly string[]>([
    ['aws:currenttime', [new Date(site.now()).toISOString()]],
    ['aws:epochtime', [String(Math.floor(site.now() / 1000))]],
    ...subject.context.map(([key, value]) => [key, [value]] as const),
    ...parameters
      .structures('ContextEntries')
      .map((entry) => [entry.required('ContextKeyName').toLowerCase(), entry.list('ContextKeyValues')] as const),
  ]);
  const boundaries = given(parameters, 'PermissionsBoundaryPolicyInputList');
  const resourceText = parameters.text('ResourcePolicy');
  const resourcePolicy = resourceText === undefined ? undefined : compiled(resourceText, 'bucket', 'ResourcePolicy');
  // Not on AWS, which leaves them out: the buckets' own policies, as they are.
  const asksBuckets = resourceText === undefined && parameters.text('WithBucketPolicies') === 'true';
  const decisions: SimulatedDecision[] = [];
  for (const action of actions) {
    for (const resource of resources.length === 0 ? ['*'] : resources) {
      const access: Access = {
        request: { action, resource, principal: subject.principal, context },
        identityPolicies: subject.identity,
        permissionsBoundary: boundaries[0] ?? subject.boundary,
        resourcePolicy: asksBuckets ? await policyOfBucket(resource, stores) : resourcePolicy,
      };
      decisions.push({ action, resource, simulation: simulate(access) });
    }
  }
  const { values, end } = page(decisions, ({ action, resource }) => `${action} ${resource}`, parameters);
  return [listElement('EvaluationResults', values.map(resultElements)), ...end];
}

type SimulatedDecision = { readonly action: string; readonly resource: string; readonly simulation: Simulation };

async function policyOfBucket(resource: string, { access }: Stores): Promise<CompiledPolicy | undefined> {
  const bucket = /^arn:aws:s3:::([^/*?]+)(?:\/|$)/.exec(resource)?.[1];
  return bucket === undefined ? undefined : (await access.find(bucket))?.policy;
}

function resultElements({ action, resource, simulation }: SimulatedDecision): XmlNode[] {
  const words = { allowed: 'allowed', 'explicit-deny': 'explicitDeny', 'implicit-deny': 'implicitDeny' } as const;
  return [
    element('EvalActionName', action),
    element('EvalResourceName', resource),
    element('EvalDecision', words[simulation.reason]),
    listElement(
      'MatchedStatements',
      simulation.matched.map(({ policy, sid, index, layer }) => [
        element('SourcePolicyId', `${policy}${sid === undefined ? `#${index + 1}` : `#${sid}`}`),
        element('SourcePolicyType', layer === 'resource' ? 'Resource Policy' : 'IAM Policy'),
      ]),
    ),
    listElement('MissingContextValues', simulation.missingKeys),
    // Not on AWS: which kind of policy decided, by which statement, and the sentence that says why.
    ...decidedBy(simulation),
    element('Explanation', simulation.explanation),
  ];
}

function decidedBy({ layer, statement }: Simulation): XmlNode[] {
  const found: XmlNode[] = layer === undefined ? [] : [element('DecidedBy', layer)];
  if (statement === undefined) return found;
  const { policy, sid, index } = statement;
  const named = sid === undefined ? [] : [element('Sid', sid)];
  return [...found, element('DecidingStatement', [element('Policy', policy), ...named, element('Number', index + 1)])];
}
