import type { Health } from '@latchkey/storage/health';
import type { Blobs } from './blobs.ts';
import type { Catalogue, Table } from './catalogue.ts';
import { garbageKind } from './garbage.ts';
import { behindAllOf, garbageAfter, garbageId, garbageKey, manifestOffset, partKey } from './keys.ts';
import { decodePieces, type PieceBody } from './manifest.ts';
import type { Pins } from './pins.ts';
import { decodeRowHead } from './row.ts';

export type Collecting = {
  readonly catalogue: Catalogue;
  readonly blobs: Blobs;
  readonly pins: Pins;
  readonly health: Health;
  readonly graceMs: number;
};

/**
 * Removes what was due by `now`, some hundred files at a time, until nothing is left; resolves to how many bodies went. Files go first, their
 * directories are synced, then the rows go: a crash in between repeats a removal and never forgets one. Several processes may do the same work.
 */
export async function collect(context: Collecting, now: number): Promise<number> {
  let collected = 0;
  // A batch that is only pinned bodies moves them behind `now`, so this ends.
  while (context.health.readOnlyBecause === undefined) {
    const batch = nextBatch(context, now);
    if (batch === undefined) break;
    await context.blobs.remove(batch.files);
    await context.catalogue.change(() => forget(context, batch, now));
    collected += batch.files.length + batch.inline.length;
  }
  return collected;
}

type Batch = {
  readonly files: Buffer[];
  readonly inline: Buffer[];
  /** Rows that led to the above and are done with. */
  readonly rows: { readonly table: Table; readonly key: Buffer }[];
  /** Bodies that somebody still reads: they are due again later. */
  readonly pinned: { readonly key: Buffer; readonly value: Buffer }[];
};

const BATCH_FILES = 256;

function nextBatch(context: Collecting, now: number): Batch | undefined {
  const { catalogue, pins } = context;
  catalogue.latest();
  const batch: Batch = { files: [], inline: [], rows: [], pinned: [] };
  const due = [...catalogue.garbage.getRange({ end: garbageAfter(now), limit: BATCH_FILES })];
  for (const { key, value } of due) {
    if (batch.files.length + batch.inline.length >= BATCH_FILES) break;
    const id = garbageId(key);
    const kind = garbageKind(value);
    if (pins.isPinned(id, now)) batch.pinned.push({ key, value });
    else if (kind === 'file' ? addFile(batch, id) : addAllOf(batch, catalogue, kind, id)) addRowsOf(batch, catalogue, key, id);
  }
  return due.length === 0 ? undefined : batch;
}

function addFile(batch: Batch, id: Buffer): true {
  batch.files.push(id);
  return true;
}

/** The bodies of a manifest or an upload, and whether those are all: where the batch is full before, the rest comes with the next one. */
function addAllOf(batch: Batch, catalogue: Catalogue, kind: 'parts' | 'upload', id: Buffer): boolean {
  const table = kind === 'parts' ? catalogue.manifests : catalogue.parts;
  for (const { key, value } of table.getRange({ start: id, end: behindAllOf(id) })) {
    if (batch.files.length + batch.inline.length >= BATCH_FILES) return false;
    const pieces = kind === 'parts' ? decodePieces(value, manifestOffset(key)) : [];
    for (const body of kind === 'parts' ? pieces.map((piece) => piece.body) : bodiesOfPartRow(value)) {
      if (body.kind === 'file') batch.files.push(body.id);
      if (body.kind === 'inline') batch.inline.push(body.id);
    }
    // Most parts have left no row when they became an object, and then there is nothing to remove.
    for (const { partNumber } of pieces) batch.rows.push({ table: catalogue.parts, key: partKey(id, partNumber) });
    batch.rows.push({ table, key });
  }
  return true;
}

/** What is done with when all of it is gone: the row that said so, and pins that processes left which are gone themselves. */
function addRowsOf(batch: Batch, { garbage, pins }: Catalogue, key: Buffer, id: Buffer): void {
  batch.rows.push({ table: garbage, key });
  for (const pin of pins.getKeys({ start: id, end: behindAllOf(id) })) batch.rows.push({ table: pins, key: pin });
}

function bodiesOfPartRow(value: Buffer): readonly PieceBody[] {
  // Part number 0 is a counter, shorter than any row.
  if (value.length < 8) return [];
  const { body } = decodeRowHead(value);
  return body.kind === 'parts' ? [] : [body];
}

function forget({ catalogue, graceMs }: Collecting, { files, inline, rows, pinned }: Batch, now: number): void {
  for (const id of files) catalogue.blobs.removeSync(id);
  for (const id of inline) catalogue.inline.removeSync(id);
  for (const { table, key } of rows) table.removeSync(key);
  for (const { key, value } of pinned) {
    // Another process may have been here first.
    if (!catalogue.garbage.removeSync(key)) continue;
    catalogue.garbage.putSync(garbageKey(now + Math.max(graceMs, 1), garbageId(key)), value);
  }
}
