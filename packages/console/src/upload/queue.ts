/** The uploads of this page: what waits, what is on its way, what went wrong. They go on while their person looks at other screens. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { isCode } from '../api/refusal.ts';
import { tourHasDone } from '../browse/tour-state.ts';
import { forgetUpload, isFileOf, type KeptUpload, keepUpload, keptUploads } from './kept-uploads.ts';
import { sizeOfParts } from './parts.ts';
import { slots } from './slots.ts';
import { speed } from './speed.ts';
import { abandon, type Begun, transfer } from './transfer.ts';

type UploadState =
  | 'waiting'
  | 'sending'
  | 'paused'
  /** Was begun before this page was loaded: the file has to be chosen again. */
  | 'needs-file'
  /** There is an object of its name: what now? */
  | 'asking'
  | 'done'
  | 'failed';

export type Upload = {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly sentBytes: number;
  readonly state: UploadState;
  readonly error: unknown;
};

export type Uploads = {
  readonly items: readonly Upload[];
  readonly doneCount: number;
  readonly sentBytes: number;
  readonly totalBytes: number;
  readonly bytesPerSecond: number;
};

type Item = { -readonly [Name in keyof Upload]: Upload[Name] } & {
  file: File | undefined;
  overwrites: boolean;
  begun: Begun | undefined;
  kept: KeptUpload | undefined;
  stop: AbortController;
};

const FILES_AT_ONCE = 4;
const REQUESTS_AT_ONCE = 4;
const SHOWN_EVERY_MS = 120;

const items = new Map<string, Item>();
const requestSlots = slots(REQUESTS_AT_ONCE);
const rate = speed();
const shown = signal<Uploads>(snapshot());
let owner = '';
let running = 0;
let answerForAll: 'replace' | 'skip' | undefined;

export const uploads: ReadonlySignal<Uploads> = shown;

/** Told of every object that was stored. */
export const uploadedListeners = new Set<
  (uploaded: { readonly bucket: string; readonly key: string; readonly sizeBytes: number }) => void
>();

/** Takes up what this person has begun before. Call it once they have signed in. */
export async function takeUpUploads(who: string): Promise<void> {
  if (owner === who) return;
  stopUploads();
  owner = who;
  for (const kept of await keptUploads(who).catch(() => [])) {
    const { id, bucket, key, file, overwrites } = kept;
    const sentBytes = sizeOfParts(kept.parts, kept.partSizeBytes, file.sizeBytes);
    const base = { id, bucket, key, sizeBytes: file.sizeBytes, sentBytes, state: 'needs-file' as const, error: undefined };
    items.set(id, { ...base, file: undefined, overwrites, begun: kept, kept, stop: new AbortController() });
  }
  show();
}

/** Stops everything and forgets what is in memory: whoever signs out takes nothing along. */
export function stopUploads(): void {
  for (const item of items.values()) item.stop.abort();
  items.clear();
  owner = '';
  show();
}

/** Files to be stored under a prefix; `path` is relative, and begins with the folder's name where a folder was dropped. */
export function addFiles(bucket: string, prefix: string, files: Iterable<{ readonly file: File; readonly path: string }>): void {
  answerForAll = undefined;
  // What is done makes room for what comes.
  if ([...items.values()].every(({ state }) => state === 'done')) items.clear();
  for (const { file, path } of files) {
    const key = prefix + path;
    const before = [...items.values()].find((item) => item.state === 'needs-file' && item.bucket === bucket && item.key === key);
    if (before?.kept !== undefined && isFileOf(before.kept, file)) resumeWith(before.id, file);
    else add(bucket, key, file);
  }
  run();
}

function add(bucket: string, key: string, file: File): void {
  const id = crypto.getRandomValues(new Uint32Array(4)).join('-');
  const base = { id, bucket, key, sizeBytes: file.size, sentBytes: 0, state: 'waiting' as const, error: undefined };
  items.set(id, { ...base, file, overwrites: false, begun: undefined, kept: undefined, stop: new AbortController() });
}

/** Goes on with the file that was chosen again. Whether it is the right one. */
export function resumeWith(id: string, file: File): boolean {
  const item = items.get(id);
  if (item?.kept === undefined || !isFileOf(item.kept, file)) return false;
  change(item, { file, state: 'waiting' });
  run();
  return true;
}

export function pause(id: string): void {
  const item = items.get(id);
  if (item === undefined || (item.state !== 'sending' && item.state !== 'waiting')) return;
  change(item, { state: 'paused' });
  item.stop.abort();
}

/** Also after a failure. */
export function resume(id: string): void {
  const item = items.get(id);
  if (item === undefined || (item.state !== 'paused' && item.state !== 'failed')) return;
  change(item, { state: item.file === undefined ? 'needs-file' : 'waiting', error: undefined });
  run();
}

export function pauseAll(): void {
  for (const id of items.keys()) pause(id);
}

export function resumeAll(): void {
  for (const id of items.keys()) resume(id);
}

/** Takes it off the list, and what was sent of it out of the store. */
export function cancel(id: string): void {
  const item = items.get(id);
  if (item === undefined) return;
  items.delete(id);
  item.stop.abort();
  void forgetUpload(id);
  if (item.state !== 'done') void abandon(item, item.begun);
  run();
}

export function cancelAll(): void {
  for (const id of [...items.keys()]) cancel(id);
}

/** The answer to `asking`; `forAll` also answers what is asked later of the files that are under way. */
export function answer(id: string, choice: 'replace' | 'skip', forAll: boolean): void {
  if (forAll) answerForAll = choice;
  const asked = forAll ? [...items.values()].filter(({ state }) => state === 'asking') : [items.get(id)];
  for (const item of asked) {
    if (item === undefined) continue;
    if (choice === 'skip') cancel(item.id);
    else change(item, { state: 'waiting', overwrites: true });
  }
  run();
}

function run(): void {
  for (const item of items.values()) {
    if (running >= FILES_AT_ONCE) break;
    if (item.state === 'waiting' && item.file !== undefined) void send(item, item.file);
  }
  show();
}

async function send(item: Item, file: File): Promise<void> {
  running++;
  const stop = new AbortController();
  change(item, { state: 'sending', stop });
  try {
    await transfer({
      address: { bucket: item.bucket, key: item.key },
      file,
      overwrites: item.overwrites,
      begun: item.begun,
      slots: requestSlots,
      signal: stop.signal,
      onProgress: (sentBytes) => {
        if (sentBytes > item.sentBytes) rate.moved(sentBytes - item.sentBytes, performance.now());
        change(item, { sentBytes });
      },
      onBegun: (begun) => keep(item, file, begun),
    });
    change(item, { state: 'done', sentBytes: item.sizeBytes, file: undefined });
    void forgetUpload(item.id);
    tourHasDone('file');
    for (const listener of uploadedListeners) listener(item);
  } catch (error) {
    if (!stop.signal.aborted) fail(item, error);
  } finally {
    running--;
    run();
  }
}

function fail(item: Item, error: unknown): void {
  if (isCode(error, 'NoSuchUpload')) {
    // It was aborted elsewhere: from the start, then, when its person wants.
    void forgetUpload(item.id);
    change(item, { begun: undefined, kept: undefined, sentBytes: 0 });
  }
  if (!isCode(error, 'PreconditionFailed')) {
    change(item, { state: 'failed', error });
    return;
  }
  change(item, { sentBytes: 0 });
  if (answerForAll === 'skip') cancel(item.id);
  else if (answerForAll === 'replace') change(item, { state: 'waiting', overwrites: true });
  else change(item, { state: 'asking' });
}

/** After each part, so that nothing is sent twice that was sent once. */
function keep(item: Item, file: File, begun: Begun): void {
  item.begun = begun;
  if (!items.has(item.id) || owner === '') return;
  const { id, bucket, key, overwrites } = item;
  const known = { name: file.name, sizeBytes: file.size, modifiedAt: file.lastModified };
  item.kept = { id, owner, bucket, key, file: known, overwrites, ...begun, keptAt: Date.now() };
  // A browser that keeps nothing still uploads.
  keepUpload(item.kept).catch(() => undefined);
}

function change(item: Item, changed: Partial<Item>): void {
  Object.assign(item, changed);
  showSoon();
}

let timer: ReturnType<typeof setTimeout> | undefined;

/** Progress comes in hundreds of events a second; people see a few. */
function showSoon(): void {
  timer ??= setTimeout(show, SHOWN_EVERY_MS);
}

function show(): void {
  clearTimeout(timer);
  timer = undefined;
  shown.value = snapshot();
}

function snapshot(): Uploads {
  const all = [...items.values()].map(({ id, bucket, key, sizeBytes, sentBytes, state, error }) => ({
    id,
    bucket,
    key,
    sizeBytes,
    sentBytes,
    state,
    error,
  }));
  return {
    items: all,
    doneCount: all.filter(({ state }) => state === 'done').length,
    sentBytes: all.reduce((sum, { sentBytes }) => sum + sentBytes, 0),
    totalBytes: all.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    bytesPerSecond: rate.at(performance.now()),
  };
}
