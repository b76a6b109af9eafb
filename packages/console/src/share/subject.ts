/** What can be shared from where files are listed: one object, several that were chosen, or everything in a folder. */
export type ShareSubject =
  | { readonly bucket: string; readonly key: string; readonly contentType?: string | undefined }
  | { readonly bucket: string; readonly keys: readonly string[] }
  /** Ends in a slash, or is empty for all of a bucket. */
  | { readonly bucket: string; readonly keyPrefix: string };

/** What people call it: the last part of its key; of a whole bucket, the bucket. Several have no name. */
export function subjectName(subject: ShareSubject): string {
  if ('key' in subject) return lastPart(subject.key);
  if ('keys' in subject) return '';
  return subject.keyPrefix === '' ? subject.bucket : `${lastPart(subject.keyPrefix.replace(/\/$/, ''))}/`;
}

export function lastPart(key: string): string {
  return key.slice(key.replace(/\/$/, '').lastIndexOf('/') + 1);
}

export function isFolder(subject: ShareSubject): subject is ShareSubject & { readonly keyPrefix: string } {
  return 'keyPrefix' in subject;
}

/** Whether it has to be shared by a page: one URL can not be for several objects. */
export function isMany(subject: ShareSubject): boolean {
  return !('key' in subject);
}
