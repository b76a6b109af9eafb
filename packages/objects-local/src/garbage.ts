import type { Catalogue } from './catalogue.ts';
import { garbageKey } from './keys.ts';
import type { Body } from './row.ts';

/** What is to be removed: a file, the bodies of a manifest, or the parts of an upload. */
export type GarbageKind = 'file' | 'parts' | 'upload';

export function garbageValue(kind: GarbageKind): Buffer {
  return Buffer.of(KINDS.indexOf(kind));
}

export function garbageKind(value: Buffer): GarbageKind {
  return KINDS[value[0] ?? 0] ?? 'file';
}

/**
 * Inside a change: lets go of a body nothing refers to any more. Bytes in the index go with the change, since readers hold a copy of them;
 * all else goes when its time has come.
 */
export function dropBody(catalogue: Catalogue, body: Body, dueAt: number): void {
  if (body.kind === 'inline') catalogue.inline.removeSync(body.id);
  else if (body.kind !== 'none') catalogue.garbage.putSync(garbageKey(dueAt, body.id), garbageValue(body.kind));
}

/** Inside a change: lets go of every part of an upload. */
export function dropUpload(catalogue: Catalogue, uploadId: Buffer, dueAt: number): void {
  catalogue.garbage.putSync(garbageKey(dueAt, uploadId), garbageValue('upload'));
}

const KINDS: readonly GarbageKind[] = ['file', 'parts', 'upload'];
