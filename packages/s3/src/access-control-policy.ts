/** The body of PutBucketAcl and PutObjectAcl: who owns it, and who is granted what. */
import { S3Error } from './errors.ts';
import { childrenOf, childText, parseXmlRoot, type XmlElement } from './xml.ts';

export type AccessControlPolicy = {
  readonly ownerId: string;
  readonly grants: readonly AccessGrant[];
};

export type AccessGrant = {
  /** A canonical user's id; `undefined` for a group and for who is named by an e-mail address. */
  readonly granteeId: string | undefined;
  readonly permission: string;
};

/** What S3 answers MalformedXML to elsewhere is MalformedACLError here: no owner, no list or two, a grant to nobody, of nothing or of something that is none. */
export function parseAccessControlPolicy(body: Uint8Array): AccessControlPolicy {
  try {
    const policy = parseXmlRoot(body, 'AccessControlPolicy');
    const list = only(policy, 'AccessControlList');
    const grants = childrenOf(list, 'Grant').map(accessGrant);
    if (grants.length !== list.children.length) throw new S3Error('MalformedXML');
    return { ownerId: only(only(policy, 'Owner'), 'ID').text.trim(), grants };
  } catch (cause) {
    if (cause instanceof S3Error && cause.code === 'MalformedXML') throw new S3Error('MalformedACLError', { cause });
    throw cause;
  }
}

function accessGrant(grant: XmlElement): AccessGrant {
  const permission = only(grant, 'Permission').text.trim();
  if (!PERMISSIONS.has(permission)) throw new S3Error('MalformedXML');
  return { granteeId: childText(only(grant, 'Grantee'), 'ID')?.trim(), permission };
}

const PERMISSIONS: ReadonlySet<string> = new Set(['FULL_CONTROL', 'READ', 'READ_ACP', 'WRITE', 'WRITE_ACP']);

function only(parent: XmlElement, name: string): XmlElement {
  const [child, ...more] = childrenOf(parent, name);
  if (child === undefined || more.length > 0) throw new S3Error('MalformedXML');
  return child;
}
