import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applies } from './applies.ts';
import { compilePolicy } from './compile.ts';
import { parsePolicy } from './document.ts';
import { mayConcern } from './sieve.ts';

const policyFor = (resources: readonly string[], effect: 'Allow' | 'Deny') => {
  const Resource = resources.map((text) => `arn:aws:s3:::${text}`);
  const statement = { Effect: effect, Action: '*', Resource: Resource.length === 1 ? Resource[0] : Resource };
  const parsed = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: [statement] }), 'managed');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed));
  return compilePolicy(parsed.document, 'p');
};
const questionFor = (text: string) => ({
  action: 's3:getobject',
  resource: `arn:aws:s3:::${text}`,
  principal: { kind: 'user', accountId: '123456789012', arn: 'arn:aws:iam::123456789012:user/ann' } as const,
  context: new Map([['aws:username', ['a/']]]),
  rules: { narrowed: false, bounded: false },
});

/** In two, since it is no template of ours. */
const VARIABLE = ['$', '{aws:username}'].join('');
const piece = fc.constantFrom('a', 'b', '/', '//', '*', '?', '🐈', VARIABLE, 'ab/');
const pattern = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => `b${pieces.join('')}`);
const text = fc.array(fc.constantFrom('a', 'b', '/', '🐈', 'ab/'), { maxLength: 8 }).map((pieces) => `b${pieces.join('')}`);

test('no statement that speaks of a resource is left out', () => {
  let applied = 0;
  fc.assert(
    fc.property(fc.array(pattern, { minLength: 1, maxLength: 2 }), text, fc.constantFrom('Allow', 'Deny'), (patterns, resource, effect) => {
      const policy = policyFor(patterns, effect as 'Allow' | 'Deny');
      const [statements, sieve] = effect === 'Deny' ? [policy.denies, policy.denySieve] : [policy.allows, policy.allowSieve];
      const question = questionFor(resource);
      const isOf = applies(statements[0]!, question, false) !== undefined;
      if (isOf) applied += 1;
      expect(!isOf || mayConcern(sieve, 0, question.resource)).toBe(true);
    }),
    { numRuns: 3000 },
  );
  expect(applied).toBeGreaterThan(100);
});

test.each([
  ['b/team-b/*', 'b/team-a/x'],
  ['b/team-b/*', 'b/'],
  ['b/exact', 'b/exacd'],
])('%s need not be looked at for %s', (resources, resource) => {
  expect(mayConcern(policyFor([resources], 'Deny').denySieve, 0, questionFor(resource).resource)).toBe(false);
});
