import { expect, test } from 'vitest';
import { parseAccessControlPolicy } from './access-control-policy.ts';
import { ownerAclXml } from './acl.ts';

const parse = (text: string) => parseAccessControlPolicy(Buffer.from(text));
const policy = (inner: string) => `<AccessControlPolicy>${inner}</AccessControlPolicy>`;
const owner = '<Owner><ID>i</ID></Owner>';
const grantee = '<Grantee><ID>i</ID></Grantee>';
const grant = `<Grant>${grantee}<Permission>READ</Permission></Grant>`;
const list = (inner: string) => `<AccessControlList>${inner}</AccessControlList>`;

test('parseAccessControlPolicy reads what ownerAclXml writes', () => {
  expect(parse(ownerAclXml({ id: 'i', displayName: 'n' }))).toEqual({
    ownerId: 'i',
    grants: [{ granteeId: 'i', permission: 'FULL_CONTROL' }],
  });
});

test('parseAccessControlPolicy reads grants to groups, and a list of none', () => {
  const group = '<Grant><Grantee><URI>u</URI></Grantee><Permission> WRITE_ACP </Permission></Grant>';
  expect(parse(policy(owner + list(group + grant))).grants).toEqual([
    { granteeId: undefined, permission: 'WRITE_ACP' },
    { granteeId: 'i', permission: 'READ' },
  ]);
  expect(parse(policy(owner + list('')))).toEqual({ ownerId: 'i', grants: [] });
});

test.each([
  ['no XML', 'one two'],
  ['an open element', '<AccessControlPolicy>'],
  ['another root', `<Policy>${owner}${list(grant)}</Policy>`],
  ['no owner', policy(list(grant))],
  ['an owner without an id', policy(`<Owner><DisplayName>i</DisplayName></Owner>${list(grant)}`)],
  ['two owners', policy(owner + owner + list(grant))],
  ['no list', policy(owner)],
  ['two lists', policy(owner + list(grant) + list(grant))],
  ['a list of something else', policy(owner + list('<Grants/>'))],
  ['a grant to nobody', policy(owner + list('<Grant><Permission>READ</Permission></Grant>'))],
  ['a grant of nothing', policy(owner + list(`<Grant>${grantee}</Grant>`))],
  ['a grant of what is no permission', policy(owner + list(`<Grant>${grantee}<Permission>FULL_CONTROLL</Permission></Grant>`))],
])('parseAccessControlPolicy refuses %s', (_, text) => {
  expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'MalformedACLError', message: expect.stringMatching(/well-formed/) }));
});

test('parseAccessControlPolicy lets other refusals be what they are', () => {
  expect(() => parseAccessControlPolicy(Buffer.alloc(9 * 1024 * 1024))).toThrow(
    expect.objectContaining({ code: 'MaxMessageLengthExceeded' }),
  );
});
