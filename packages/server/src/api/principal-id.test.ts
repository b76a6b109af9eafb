import { describe, expect, it } from 'vitest';
import type { IdentityPrincipal } from '../identity/principals.ts';
import { principalId } from './principal-id.ts';

const ana: IdentityPrincipal = {
  kind: 'user',
  accessKeyId: 'LKIAONE',
  arn: 'arn:aws:iam::123456789012:user/ana',
  userId: 'AIDAANA',
  name: 'ana',
  principalArn: 'arn:aws:iam::123456789012:user/ana',
  tags: [],
  policies: { identity: [], boundary: undefined, session: undefined, asksForObjectTags: false },
  asPolicyPrincipal: { kind: 'root', accountId: '123456789012' },
};
const narrowed = { ...ana.policies, session: [] };

describe('principalId', () => {
  it('is the same for every access key and session of a user', () => {
    expect(principalId({ ...ana, accessKeyId: 'LKIATWO' })).toBe(principalId(ana));
    expect(principalId({ ...ana, accessKeyId: 'LKSATHREE', session: { issuedAt: 1, expiresAt: 2 } })).toBe(principalId(ana));
  });
  it('is another one for another user of the same name, for a session that was narrowed, and for each of those', () => {
    const ids = [
      ana,
      { ...ana, userId: 'AIDAOTHER' },
      { ...ana, accessKeyId: 'LKSAONE', policies: narrowed },
      { ...ana, accessKeyId: 'LKSATWO', policies: narrowed },
      { kind: 'root', accessKeyId: 'LKROOT' } as const,
    ].map(principalId);
    expect(new Set(ids).size).toBe(ids.length);
  });
  it('is none for who has no credentials', () => {
    expect(() => principalId({ kind: 'anonymous' })).toThrow();
  });
});
