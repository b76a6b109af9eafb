import { uploadedListeners } from '../upload/queue.ts';
import type { Listing } from './listing.ts';

/** What is stored while the list is shown appears in it. Returns what ends that. */
export function listenForUploads(bucket: string, prefix: string, filter: string, listing: Listing): () => void {
  const hear: Parameters<(typeof uploadedListeners)['add']>[0] = (uploaded) => {
    if (uploaded.bucket !== bucket || !uploaded.key.startsWith(prefix + filter)) return;
    const slash = uploaded.key.indexOf('/', prefix.length);
    if (slash !== -1) listing.add({ kind: 'folder', key: uploaded.key.slice(0, slash + 1) });
    else listing.add({ kind: 'object', key: uploaded.key, sizeBytes: uploaded.sizeBytes, modifiedAt: Date.now(), etag: '' });
  };
  uploadedListeners.add(hear);
  return () => void uploadedListeners.delete(hear);
}
