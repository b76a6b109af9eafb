import { readFile } from 'node:fs/promises';
import { childText } from '@latchkey/s3/xml';
import { wrongUsage } from '../failure.ts';
import { type Verb, type VerbContext, verbCommand } from '../identity-verbs.ts';

/** `latchkey user`: who may use the store. */
export const user = verbCommand(
  'user',
  'Makes and changes users. A FILE holds a policy in JSON; - is standard input. A POLICY is a managed policy’s name or ARN.',
  {
    create: verb(['NAME'], 'Make a user, who may do nothing yet', 'CreateUser', ([name]) => ({ UserName: name })),
    list: { ...verb([], 'All users', 'ListUsers', () => ({ MaxItems: '1000' })), list: 'Users' },
    show: verb(['[NAME]'], 'One user; without a name, yourself', 'GetUser', ([name]) => ({ UserName: name })),
    delete: verb(['NAME'], 'Remove a user without keys, policies and groups', 'DeleteUser', ([name]) => ({ UserName: name })),
    'put-policy': verb(['NAME', 'POLICY-NAME', 'FILE'], 'Give an inline policy', 'PutUserPolicy', async ([name, policy, file]) => ({
      UserName: name,
      PolicyName: policy,
      PolicyDocument: await textOf(file),
    })),
    'delete-policy': verb(['NAME', 'POLICY-NAME'], 'Take an inline policy away', 'DeleteUserPolicy', ([name, policy]) => ({
      UserName: name,
      PolicyName: policy,
    })),
    policies: { ...verb(['NAME'], 'Names of inline policies', 'ListUserPolicies', ([name]) => ({ UserName: name })), list: 'PolicyNames' },
    attach: verb(['NAME', 'POLICY'], 'Attach a managed policy', 'AttachUserPolicy', async ([name, policy], context) => ({
      UserName: name,
      PolicyArn: await arnOf(policy, context),
    })),
    detach: verb(['NAME', 'POLICY'], 'Detach a managed policy', 'DetachUserPolicy', async ([name, policy], context) => ({
      UserName: name,
      PolicyArn: await arnOf(policy, context),
    })),
    attached: {
      ...verb(['NAME'], 'Managed policies that are attached', 'ListAttachedUserPolicies', ([name]) => ({ UserName: name })),
      list: 'AttachedPolicies',
    },
  },
  [
    ['latchkey user create ana', 'A new user'],
    ['latchkey user put-policy ana read-photos policy.json', 'With a policy from a file'],
  ],
);

/** `latchkey key`: the access keys of users. */
export const key = verbCommand(
  'key',
  'Makes, switches and removes access keys. A secret is shown once, when it is made.',
  {
    create: verb(['USER'], 'A new access key, two at most', 'CreateAccessKey', ([name]) => ({ UserName: name })),
    list: {
      ...verb(['[USER]'], 'The access keys of a user; without a name, your own', 'ListAccessKeys', ([name]) => ({ UserName: name })),
      list: 'AccessKeyMetadata',
    },
    deactivate: verb(['USER', 'ID'], 'Refuse it from the next request on', 'UpdateAccessKey', ([name, id]) => ({
      UserName: name,
      AccessKeyId: id,
      Status: 'Inactive',
    })),
    activate: verb(['USER', 'ID'], 'Accept it again', 'UpdateAccessKey', ([name, id]) => ({
      UserName: name,
      AccessKeyId: id,
      Status: 'Active',
    })),
    delete: verb(['USER', 'ID'], 'Remove it, and with it every URL it signed', 'DeleteAccessKey', ([name, id]) => ({
      UserName: name,
      AccessKeyId: id,
    })),
    show: verb(['ID'], 'Whose it is and when it was last used', 'GetAccessKeyLastUsed', ([id]) => ({ AccessKeyId: id })),
  },
  [['latchkey key create ana --json', 'An access key as JSON']],
);

/** `latchkey role`: permissions that somebody takes on for a while. */
export const role = verbCommand(
  'role',
  'Makes and changes roles. Whom a role is for is in its trust policy.',
  {
    create: verb(['NAME', 'TRUST-FILE'], 'Make a role', 'CreateRole', async ([name, file]) => ({
      RoleName: name,
      AssumeRolePolicyDocument: await textOf(file),
    })),
    list: { ...verb([], 'All roles', 'ListRoles', () => ({ MaxItems: '1000' })), list: 'Roles' },
    show: verb(['NAME'], 'One role', 'GetRole', ([name]) => ({ RoleName: name })),
    delete: verb(['NAME'], 'Remove a role without policies; its sessions end at once', 'DeleteRole', ([name]) => ({ RoleName: name })),
    'put-policy': verb(['NAME', 'POLICY-NAME', 'FILE'], 'Give an inline policy', 'PutRolePolicy', async ([name, policy, file]) => ({
      RoleName: name,
      PolicyName: policy,
      PolicyDocument: await textOf(file),
    })),
    'delete-policy': verb(['NAME', 'POLICY-NAME'], 'Take an inline policy away', 'DeleteRolePolicy', ([name, policy]) => ({
      RoleName: name,
      PolicyName: policy,
    })),
    attach: verb(['NAME', 'POLICY'], 'Attach a managed policy', 'AttachRolePolicy', async ([name, policy], context) => ({
      RoleName: name,
      PolicyArn: await arnOf(policy, context),
    })),
    detach: verb(['NAME', 'POLICY'], 'Detach a managed policy', 'DetachRolePolicy', async ([name, policy], context) => ({
      RoleName: name,
      PolicyArn: await arnOf(policy, context),
    })),
  },
  [['latchkey role create uploader trust.json', 'A role, with its trust policy from a file']],
);

/** `latchkey policy`: managed policies, guardrails, and what would be allowed. */
export const policy = verbCommand(
  'policy',
  'Makes and changes managed policies, says what a user or role would be allowed and why, and sets guardrails for what is pre-signed.',
  {
    create: verb(['NAME', 'FILE'], 'Make a managed policy', 'CreatePolicy', async ([name, file]) => ({
      PolicyName: name,
      PolicyDocument: await textOf(file),
    })),
    list: { ...verb([], 'All managed policies', 'ListPolicies', () => ({ MaxItems: '1000' })), list: 'Policies' },
    show: verb(['POLICY'], 'One managed policy', 'GetPolicy', async ([name], context) => ({ PolicyArn: await arnOf(name, context) })),
    update: verb(['POLICY', 'FILE'], 'Put a new version in force', 'CreatePolicyVersion', async ([name, file], context) => ({
      PolicyArn: await arnOf(name, context),
      PolicyDocument: await textOf(file),
      SetAsDefault: 'true',
    })),
    delete: verb(['POLICY'], 'Remove a policy that nobody has', 'DeletePolicy', async ([name], context) => ({
      PolicyArn: await arnOf(name, context),
    })),
    simulate: {
      ...verb(
        ['user/NAME|role/NAME', 'ACTION', 'RESOURCE'],
        'Whether it would be allowed, and which statement of which policy decides',
        'SimulatePrincipalPolicy',
        async ([who, action, resource], { accountId }) => ({
          PolicySourceArn: who?.startsWith('arn:') ? who : `arn:aws:iam::${await accountId()}:${who}`,
          'ActionNames.member.1': action,
          'ResourceArns.member.1': resource?.replace(/^s3:\/\//, 'arn:aws:s3:::'),
          WithBucketPolicies: 'true',
        }),
      ),
      list: 'EvaluationResults',
      inWords: (result) => `${DECISIONS[childText(result, 'EvalDecision') ?? ''] ?? 'Unknown'}. ${childText(result, 'Explanation') ?? ''}`,
    },
    guardrails: { ...verb([], 'All guardrails', 'ListGuardrails', () => ({})), list: 'GuardrailsList', service: 'latchkey' },
    'set-guardrails': {
      ...verb(['FILE', '[BUCKET]'], 'Limit what pre-signed requests may be', 'PutGuardrails', async ([file, bucket]) => ({
        Guardrails: await textOf(file),
        Bucket: bucket,
      })),
      service: 'latchkey',
    },
    'delete-guardrails': {
      ...verb(['[BUCKET]'], 'Lift the limits', 'DeleteGuardrails', ([bucket]) => ({ Bucket: bucket })),
      service: 'latchkey',
    },
  },
  [
    ['latchkey policy simulate user/ana s3:GetObject s3://photos/cat.jpg', 'May ana read it, and why?'],
    [
      'echo \'{"maxLifetimeSeconds": {"read": 3600}}\' | latchkey policy set-guardrails -',
      'No pre-signed download for longer than an hour',
    ],
  ],
);

const DECISIONS: Readonly<Record<string, string>> = { allowed: 'Allowed', explicitDeny: 'Denied', implicitDeny: 'Not allowed' };

function verb(takes: readonly string[], help: string, action: string, parameters: Verb['parameters']): Verb {
  return { takes, help, action, parameters };
}

async function arnOf(nameOrArn: string | undefined, { accountId }: VerbContext): Promise<string> {
  return nameOrArn?.startsWith('arn:') ? nameOrArn : `arn:aws:iam::${await accountId()}:policy/${nameOrArn}`;
}

async function textOf(path: string | undefined): Promise<string> {
  try {
    return await readFile(path === '-' || path === undefined ? '/dev/stdin' : path, 'utf8');
  } catch (cause) {
    throw wrongUsage(`${path} can not be read: ${(cause as Error).message}.`);
  }
}
