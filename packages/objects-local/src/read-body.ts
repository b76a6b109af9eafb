import { crc32 } from 'node:zlib';
import { S3Error } from '@latchkey/s3/errors';
import type { ByteRange, Chunks } from '@latchkey/storage/object-store';
import type { Blobs } from './blobs.ts';
import { BLOCK_BYTES, checksSizeBytes, requireIntact } from './block-checks.ts';
import type { Catalogue } from './catalogue.ts';
import type { Files } from './files.ts';
import { type PieceBody, piecesOf } from './manifest.ts';
import type { Body } from './row.ts';

export type Reading = { readonly catalogue: Catalogue; readonly files: Files; readonly blobs: Blobs };

/**
 * The bytes of a range that lies inside the body, in blocks of up to 256 KiB, each checked before any of it leaves. Throws InternalError
 * where the disk does not hold what was written. Two blocks are in memory, whatever the size: the one given out and the one being read. Lent, they
 * are the same two all the time: with memory of its own for each block, V8 would look through its whole heap for every 64 MiB that pass.
 */
export function readBody(context: Reading, body: Body, sizeBytes: number, range: ByteRange, chunks: Chunks): AsyncGenerator<Uint8Array> {
  if (range.end < range.start) return nothing();
  const memory = chunks === 'lent' ? twoInTurn() : newMemory;
  return body.kind === 'parts' ? readParts(context, body, range, memory) : readPiece(context, body, sizeBytes, range, memory);
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function* readParts(
  context: Reading,
  body: Body & { readonly kind: 'parts' },
  range: ByteRange,
  memory: BlockMemory,
): AsyncGenerator<Uint8Array> {
  for (const piece of piecesOf(context.catalogue, body.id, range)) {
    const within = { start: Math.max(0, range.start - piece.start), end: Math.min(piece.sizeBytes - 1, range.end - piece.start) };
    yield* readPiece(context, piece.body, piece.sizeBytes, within, memory);
  }
}

/** A small body, out of the index. */
export function readInline({ inline }: Pick<Catalogue, 'inline'>, body: Body & { readonly kind: 'inline' }): Buffer {
  const found = inline.getBinaryFast(body.id);
  if (found === undefined) throw damaged(body.id, new Error('It is missing.'));
  // What was found is memory that the next look-up uses again.
  const bytes = Buffer.allocUnsafe(found.length);
  bytes.set(found.subarray(0, found.length));
  if (crc32(bytes) !== body.crc32) throw damaged(body.id, new Error('It was changed.'));
  return bytes;
}

/** Not a generator around another: each one that a block passes through takes a few turns of promises. */
function readPiece(
  context: Reading,
  body: PieceBody,
  sizeBytes: number,
  range: ByteRange,
  memory: BlockMemory,
): AsyncGenerator<Uint8Array> {
  switch (body.kind) {
    case 'none':
      return nothing();
    case 'file':
      return readFile(context, body.id, sizeBytes, range, memory);
    case 'inline':
      return readFromIndex(context, body, range);
  }
}

async function* readFromIndex(
  { catalogue }: Reading,
  body: Body & { readonly kind: 'inline' },
  range: ByteRange,
): AsyncGenerator<Uint8Array> {
  catalogue.latest();
  yield readInline(catalogue, body).subarray(range.start, range.end + 1);
}

async function* readFile(
  { files, blobs }: Reading,
  id: Buffer,
  sizeBytes: number,
  range: ByteRange,
  memory: BlockMemory,
): AsyncGenerator<Uint8Array> {
  const file = await blobs.open(id).catch((cause) => {
    throw damaged(id, cause);
  });
  let ahead: Promise<Buffer> | undefined;
  try {
    const checks = await readChecks(files, file, id, sizeBytes);
    const block = (index: number): Promise<Buffer> | undefined => {
      if (index > Math.floor(range.end / BLOCK_BYTES)) return undefined;
      const start = index * BLOCK_BYTES;
      const isWhole = start >= range.start && start + BLOCK_BYTES - 1 <= range.end;
      const into = isWhole ? memory() : Buffer.allocUnsafeSlow(Math.min(BLOCK_BYTES, sizeBytes - start));
      const reading = readBlock(files, file, id, { index, start, into }, checks);
      // It is awaited in its turn; until then its failure is not unhandled.
      reading.catch(() => undefined);
      return reading;
    };
    let index = Math.floor(range.start / BLOCK_BYTES);
    ahead = block(index);
    while (ahead !== undefined) {
      const bytes: Buffer = await ahead;
      ahead = block(index + 1);
      const start = index * BLOCK_BYTES;
      yield bytes.subarray(Math.max(0, range.start - start), range.end + 1 - start);
      index += 1;
    }
  } finally {
    // Not before the block being read is there: the number would mean another file by then.
    await ahead?.catch(() => undefined);
    await files.close(file);
  }
}

async function readChecks(files: Files, file: number, id: Buffer, sizeBytes: number): Promise<Buffer> {
  const found = await files.sizeBytes(file);
  const expected = sizeBytes + checksSizeBytes(sizeBytes);
  if (found !== expected) throw damaged(id, new Error(`It has ${found} bytes instead of ${expected}.`));
  const checks = Buffer.allocUnsafe(checksSizeBytes(sizeBytes));
  await files.read(file, checks, sizeBytes);
  return checks;
}

type Block = { readonly index: number; readonly start: number; readonly into: Buffer };

async function readBlock(files: Files, file: number, id: Buffer, { index, start, into }: Block, checks: Buffer): Promise<Buffer> {
  try {
    const count = await files.read(file, into, start);
    if (count < into.length) throw new Error(`Block ${index} of it ends after ${count} bytes.`);
    requireIntact(into, index, checks);
  } catch (cause) {
    throw damaged(id, cause);
  }
  return into;
}

/** Where the next block goes that is given out whole. */
type BlockMemory = () => Buffer;

const newMemory: BlockMemory = () => Buffer.allocUnsafeSlow(BLOCK_BYTES);

/** One block is given out while the next is being read. */
function twoInTurn(): BlockMemory {
  const blocks: Buffer[] = [];
  let asked = 0;
  return () => {
    const turn = asked++ % 2;
    blocks[turn] ??= newMemory();
    return blocks[turn];
  };
}

function damaged(id: Buffer, cause: unknown): S3Error {
  return new S3Error('InternalError', { cause: new Error(`The stored bytes ${id.toString('hex')} cannot be read.`, { cause }) });
}
