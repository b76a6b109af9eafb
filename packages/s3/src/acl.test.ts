import { expect, test } from 'vitest';
import { checkAclHeaders, ownerAclXml } from './acl.ts';

test('ownerAclXml gives the owner full control', () => {
  const who = '<ID>i</ID><DisplayName>n</DisplayName>';
  expect(ownerAclXml({ id: 'i', displayName: 'n' })).toContain(
    `<Owner>${who}</Owner><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">${who}</Grantee>` +
      '<Permission>FULL_CONTROL</Permission></Grant></AccessControlList>',
  );
});

test.each([[], [['x-amz-acl', 'private']], [['x-amz-acl', 'bucket-owner-full-control']]])(
  'ACLs that change nothing are accepted: %j',
  (...headers) => {
    expect(() => checkAclHeaders(new Map(headers as [string, string][]))).not.toThrow();
  },
);

test.each([
  [[['x-amz-acl', 'public-read']], 'AccessControlListNotSupported'],
  [[['x-amz-grant-read', 'id=x']], 'AccessControlListNotSupported'],
  [[['x-amz-acl', 'everyone']], 'InvalidArgument'],
  [
    [
      ['x-amz-acl', 'private'],
      ['x-amz-grant-read', 'id=x'],
    ],
    'InvalidRequest',
  ],
])('ACLs that would change something are refused: %j', (headers, code) => {
  expect(() => checkAclHeaders(new Map(headers as [string, string][]))).toThrow(expect.objectContaining({ code }));
});
