/** `Condition` as a policy writes it: operators, in each of them keys, for each of them values. */
import { type CompiledCondition, compileCondition } from './conditions.ts';
import type { JsonMember, JsonNode } from './json.ts';
import { type ConditionOperator, readOperator } from './operators.ts';
import { memberPath } from './place.ts';
import { type Report, readStrings } from './strings.ts';

/**
 * Reads a `Condition`, complaining of what is not understood. Conditions all have to hold, so those that are understood
 * still limit a Deny whose other conditions are not.
 */
export function readConditions(node: JsonNode, path: string, variables: boolean, complain: Report): readonly CompiledCondition[] {
  if (node.kind !== 'object') {
    complain(node.at, path, 'Condition is an object of operators');
    return [];
  }
  return node.members.flatMap((member) => readOperatorBlock(member, memberPath(path, member.name), variables, complain));
}

function readOperatorBlock({ name, at, value }: JsonMember, path: string, variables: boolean, complain: Report): CompiledCondition[] {
  const operator = readOperator(name);
  if (operator === undefined) {
    complain(at, path, 'There is no condition operator of this name');
    return [];
  }
  if (value.kind !== 'object') {
    complain(value.at, path, 'An operator takes an object of condition keys and their values');
    return [];
  }
  return value.members.flatMap((line) => readLine(operator, line, memberPath(path, line.name), variables, complain) ?? []);
}

function readLine(
  operator: ConditionOperator,
  { name, at, value }: JsonMember,
  path: string,
  variables: boolean,
  complain: Report,
): CompiledCondition | undefined {
  if (!/^[^\s:]+:\S+$/.test(name)) {
    complain(at, path, 'A condition key is a prefix, a colon and a name, such as aws:SourceIp');
    return undefined;
  }
  const compile = (values: readonly string[]) => compileCondition({ operator, key: name.toLowerCase(), values }, variables);
  const problemOf = (text: string) => {
    const compiled = compile([text]);
    return 'problem' in compiled ? compiled.problem : undefined;
  };
  const values = readStrings(value, path, complain, problemOf, true);
  const compiled = values && compile(values);
  return compiled === undefined || 'problem' in compiled ? undefined : compiled;
}
