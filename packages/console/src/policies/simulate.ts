/** What somebody would be allowed: IAM's SimulatePrincipalPolicy, with the sentence that decides. */
import { callAction } from '../api/query-api.ts';
import { membersOf } from '../people/iam.ts';
import { childOf, textOf } from '../xml.ts';

export type Question = {
  /** ARN of a user, group or role. */
  readonly who: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly address?: string | undefined;
  readonly withBucketPolicies: boolean;
};

export type Decision = {
  readonly action: string;
  readonly resource: string;
  readonly verdict: 'allowed' | 'explicitDeny' | 'implicitDeny';
  readonly explanation: string;
  readonly statement?: { readonly policy: string; readonly sid?: string | undefined; readonly number: string } | undefined;
  readonly missing: readonly string[];
};

export async function simulate({ who, actions, resources, address, withBucketPolicies }: Question): Promise<readonly Decision[]> {
  const numbered = (name: string, values: readonly string[]) =>
    Object.fromEntries(values.map((value, index) => [`${name}.member.${index + 1}`, value]));
  const answer = await callAction('iam', 'SimulatePrincipalPolicy', {
    PolicySourceArn: who,
    ...numbered('ActionNames', actions),
    ...numbered('ResourceArns', resources),
    ...(address !== undefined && {
      'ContextEntries.member.1.ContextKeyName': 'aws:SourceIp',
      'ContextEntries.member.1.ContextKeyType': 'ip',
      'ContextEntries.member.1.ContextKeyValues.member.1': address,
    }),
    WithBucketPolicies: withBucketPolicies || undefined,
    MaxItems: 1000,
  });
  return membersOf(answer, 'EvaluationResults').map(decisionOf);
}

function decisionOf(element: Element): Decision {
  const text = (name: string) => textOf(element, name) ?? '';
  const deciding = childOf(element, 'DecidingStatement');
  return {
    action: text('EvalActionName'),
    resource: text('EvalResourceName'),
    verdict: text('EvalDecision') as Decision['verdict'],
    explanation: text('Explanation'),
    statement: deciding && {
      policy: textOf(deciding, 'Policy') ?? '',
      sid: textOf(deciding, 'Sid'),
      number: textOf(deciding, 'Number') ?? '',
    },
    missing: membersOf(element, 'MissingContextValues').map((member) => member.textContent ?? ''),
  };
}

/** What people write for a resource: `BUCKET`, `BUCKET/KEY`, an ARN, or a star. */
export function resourceArn(text: string): string {
  return text === '*' || text.startsWith('arn:') ? text : `arn:aws:s3:::${text}`;
}
