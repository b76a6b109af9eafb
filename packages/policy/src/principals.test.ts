import { describe, expect, test } from 'vitest';
import { reachOf } from './principals.ts';

describe('reachOf', () => {
  test('grants nothing by NotPrincipal, not even to those it does not list', () => {
    const rules = { narrowed: false, bounded: false };
    const others = { negated: true, everyone: false, aws: ['999999999999'], federated: [] };
    expect(reachOf(others, { kind: 'anonymous' }, rules)).toBeUndefined();
    expect(reachOf({ ...others, everyone: true }, { kind: 'anonymous' }, rules)).toBeUndefined();
    expect(reachOf({ ...others, aws: ['123456789012'] }, { kind: 'root', accountId: '123456789012' }, rules)).toBeUndefined();
  });
});
