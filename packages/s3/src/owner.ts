import { element, type XmlNode } from './xml-writer.ts';

/** Whom S3 names as the owner of buckets and objects. `id` is 64 hex digits, neither is ever empty. */
export type Owner = { readonly id: string; readonly displayName: string };

/** Who began a multipart upload and is not the owner. `id` is the ARN of a user, or of a session of a role. */
export type Initiator = { readonly id: string; readonly displayName: string };

/** `<Owner>` by default; multipart uploads have an `<Initiator>` of the same shape. */
export function ownerElement(owner: Owner | Initiator, name: 'Owner' | 'Initiator' = 'Owner'): XmlNode {
  return element(name, [element('ID', owner.id), element('DisplayName', owner.displayName)]);
}
