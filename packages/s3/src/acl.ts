/** ACLs as S3 has them since they are disabled by default: the owner owns everything, and nothing else can be said. */
import { invalidArgument, S3Error } from './errors.ts';
import { type Owner, ownerElement } from './owner.ts';
import { element, xmlDocument } from './xml-writer.ts';

/** GetBucketAcl and GetObjectAcl: the owner has full control. */
export function ownerAclXml(owner: Owner): string {
  const grantee = element('Grantee', [element('ID', owner.id), element('DisplayName', owner.displayName)], {
    'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
    'xsi:type': 'CanonicalUser',
  });
  const grant = element('Grant', [grantee, element('Permission', 'FULL_CONTROL')]);
  return xmlDocument('AccessControlPolicy', [ownerElement(owner), element('AccessControlList', [grant])]);
}

/**
 * Whether a request's ACL headers can be honoured: `private` and what gives the bucket's owner full control change nothing and are accepted.
 * Throws `refusal` for any other canned ACL and any grant, InvalidArgument for a word that is no canned ACL. `headers` by lower-case name.
 */
export function checkAclHeaders(
  headers: ReadonlyMap<string, string>,
  refusal: 'AccessControlListNotSupported' | 'InvalidBucketAclWithObjectOwnership' = 'AccessControlListNotSupported',
): void {
  const canned = headers.get('x-amz-acl');
  if (canned !== undefined && !CANNED.has(canned)) throw invalidArgument('', 'x-amz-acl', canned);
  const grants = GRANTS.some((name) => headers.has(name));
  if (grants && canned !== undefined) {
    throw new S3Error('InvalidRequest', { message: 'Specifying both Canned ACLs and Header Grants is not allowed' });
  }
  if (grants || (canned !== undefined && !CANNED_ALLOWED.has(canned))) throw new S3Error(refusal);
}

const CANNED_ALLOWED: ReadonlySet<string> = new Set(['private', 'bucket-owner-full-control']);
const CANNED: ReadonlySet<string> = new Set([
  ...CANNED_ALLOWED,
  'public-read',
  'public-read-write',
  'authenticated-read',
  'aws-exec-read',
  'bucket-owner-read',
  'log-delivery-write',
]);
const GRANTS = ['x-amz-grant-full-control', 'x-amz-grant-read', 'x-amz-grant-read-acp', 'x-amz-grant-write', 'x-amz-grant-write-acp'];
