/** Uploads in parts that were begun, kept in the browser, so that they can go on after the page was loaded again. */
import type { SentPart } from './parts.ts';

export type KeptUpload = {
  readonly id: string;
  /** Whose it is: others who use this browser do not see it. */
  readonly owner: string;
  readonly bucket: string;
  readonly key: string;
  /** What the file is known by, when it is chosen again: a page may not keep a way to it. */
  readonly file: { readonly name: string; readonly sizeBytes: number; readonly modifiedAt: number };
  readonly overwrites: boolean;
  readonly uploadId: string;
  readonly partSizeBytes: number;
  readonly parts: readonly SentPart[];
  readonly keptAt: number;
};

export async function keepUpload(upload: KeptUpload): Promise<void> {
  await inStore('readwrite', (store) => store.put(upload));
}

export async function forgetUpload(id: string): Promise<void> {
  await inStore('readwrite', (store) => store.delete(id));
}

export async function keptUploads(owner: string): Promise<readonly KeptUpload[]> {
  const all = await inStore<KeptUpload[]>('readonly', (store) => store.getAll());
  return all.filter((upload) => upload.owner === owner);
}

/** Whether a file is the one that an upload was begun with. */
export function isFileOf({ file }: KeptUpload, { name, size, lastModified }: Pick<File, 'name' | 'size' | 'lastModified'>): boolean {
  return file.name === name && file.sizeBytes === size && file.modifiedAt === lastModified;
}

const DATABASE = 'latchkey-uploads';
const STORE = 'uploads';

let opened: Promise<IDBDatabase> | undefined;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function inStore<Result>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest): Promise<Result> {
  const store = (await database()).transaction(STORE, mode).objectStore(STORE);
  return new Promise((resolve, reject) => {
    const request = work(store);
    request.onsuccess = () => resolve(request.result as Result);
    request.onerror = () => reject(request.error);
  });
}
