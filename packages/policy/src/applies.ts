/** Whether one statement speaks of one request. */
import { holds } from './conditions.ts';
import { matches, type Pattern } from './match.ts';
import { type Principal, type Reach, type ReachRules, reachOf, strikes } from './principals.ts';
import type { Choice, Statement } from './statement.ts';
import { type RequestContext, resolve, type Template } from './variables.ts';

/** What is asked, as statements compare it: the action in lower case. */
export type Question = {
  readonly action: string;
  readonly resource: string;
  readonly principal: Principal;
  readonly context: RequestContext;
  readonly rules: ReachRules;
};

/**
 * How the statement reaches the request's principal, if it speaks of the request at all. A policy attached to the principal
 * speaks of nobody else; a statement of a resource's policy (`named`) has to name the principal, and allows nobody if it names none.
 */
export function applies(statement: Statement, question: Question, named: boolean): Reach | undefined {
  const { effect, actions, resources, conditions } = statement;
  if (!choosesAction(actions, question.action)) return undefined;
  if (resources !== undefined && !choosesResource(resources, question, effect)) return undefined;
  const reach = named ? reachOfStatement(statement, question) : 'itself';
  if (reach === undefined) return undefined;
  for (const condition of conditions) if (!holds(condition, question.context, effect)) return undefined;
  return reach;
}

function choosesAction({ negated, patterns }: Choice<Pattern>, action: string): boolean {
  for (const pattern of patterns) if (matches(pattern, action)) return !negated;
  return negated;
}

/**
 * A pattern whose variable stands for nothing fits no resource. With `NotResource` that would leave everything,
 * which is for a Deny to say and not for an Allow.
 */
function choosesResource({ negated, patterns }: Choice<Template>, { resource, context }: Question, effect: 'Allow' | 'Deny'): boolean {
  for (const template of patterns) {
    const pattern = template.fixed ?? resolve(template, context);
    if (pattern === undefined) {
      if (negated && effect === 'Allow') return false;
    } else if (matches(pattern, resource)) return !negated;
  }
  return negated;
}

function reachOfStatement({ effect, principal }: Statement, question: Question): Reach | undefined {
  if (effect === 'Allow') return principal && reachOf(principal, question.principal, question.rules);
  return principal === undefined || strikes(principal, question.principal, question.rules) ? 'itself' : undefined;
}
