/** What is in a folder, or among several objects, as the guest of the link may have it: a page at a time. */
import { childrenOf, childText, parseXml } from '@latchkey/s3/xml';
import type { Link } from '../links/model.ts';
import type { Incoming } from '../pipeline.ts';
import { type Dead, deadByRecord, deadByStatus, guestRequest, type StateContext } from './landing-state.ts';

export type FolderPage = {
  readonly kind: 'folder';
  readonly files: readonly { readonly key: string; readonly sizeBytes: number }[];
  /** The key that the next page comes after. */
  readonly next: string | undefined;
};

/** So many at once, on a page for people. */
export const FILES_PER_PAGE = 100;

/** `url` is an inner one that lists. A folder without anything in it is gone. */
export async function folderPage(link: Link, url: string, guest: Incoming, context: StateContext): Promise<FolderPage | Dead> {
  const byRecord = await deadByRecord(link, guest, context);
  if (byRecord !== undefined) return byRecord;
  const { status, body, close } = await context.ask(guestRequest('GET', url, guest));
  await close?.();
  if (status !== 200 || !(body instanceof Uint8Array)) return deadByStatus(status);
  const listing = parseXml(body);
  const files = childrenOf(listing, 'Contents').map((content) => ({
    key: decoded(childText(content, 'Key') ?? ''),
    sizeBytes: Number(childText(content, 'Size')),
  }));
  if (files.length === 0) return deadByStatus(404);
  return { kind: 'folder', files, next: childText(listing, 'IsTruncated') === 'true' ? files.at(-1)?.key : undefined };
}

/**
 * Of objects that were chosen one by one, those that are there and may be read. `urlOf` makes an inner URL of each, whose head is asked for
 * as the guest would.
 */
export async function chosenPage(
  link: Link,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
  urlOf: (key: string) => string,
  guest: Incoming,
  context: StateContext,
): Promise<FolderPage | Dead> {
  const byRecord = await deadByRecord(link, guest, context);
  if (byRecord !== undefined) return byRecord;
  const { keys = [] } = link;
  const files: { readonly key: string; readonly sizeBytes: number }[] = [];
  let last: Dead = deadByStatus(404);
  for (const key of after === undefined ? keys : keys.slice(keys.indexOf(after) + 1)) {
    if (files.length === limit) return { kind: 'folder', files, next: files.at(-1)?.key };
    const { status, contentLength = 0, close } = await context.ask(guestRequest('HEAD', urlOf(key), guest));
    await close?.();
    if (status === 200) files.push({ key, sizeBytes: contentLength });
    else if (status >= 500) return deadByStatus(status);
    else last = deadByStatus(status);
  }
  return files.length === 0 ? last : { kind: 'folder', files, next: undefined };
}

/** Keys hold what XML can not: S3 encodes them as forms do. */
const decoded = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));
