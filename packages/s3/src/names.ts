/** Bucket names and object keys: text becomes a name here, once, or is refused. */

declare const brand: unique symbol;
export type BucketName = string & { readonly [brand]: 'BucketName' };
export type ObjectKey = string & { readonly [brand]: 'ObjectKey' };
