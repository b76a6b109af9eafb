import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newHealth } from '@latchkey/storage/health';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Catalogue, openCatalogue } from './catalogue.ts';
import { allPieces, manifestRows, type Piece, piecesOf } from './manifest.ts';

let directory: string;
let catalogue: Catalogue;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-manifest-'));
  catalogue = openCatalogue(directory, newHealth('object store'), async () => 2 ** 40);
});
afterAll(async () => {
  await catalogue.close();
  await rm(directory, { recursive: true });
});

describe('a manifest', () => {
  test('gives back its pieces, and for any range those that hold bytes of it', async () => {
    let run = 0;
    const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), fc.nat(), async (partSizes, from, to) => {
        const id = Buffer.alloc(16, 0);
        id.writeUInt32BE(run++, 12);
        const pieces = piecesOfSizes(partSizes);
        await store(id, pieces);
        expect(allPieces(catalogue, id)).toEqual(pieces);
        const total = partSizes.reduce((sum, size) => sum + size, 0);
        const [start = 0, end = 0] = [from % total, to % total].sort((left, right) => left - right);
        const expected = pieces.filter((piece) => piece.start <= end && piece.start + piece.sizeBytes > start);
        expect([...piecesOf(catalogue, id, { start, end })]).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  test('of 10,000 parts of 5 GiB is found by any of its 50 trillion bytes', async () => {
    const id = Buffer.alloc(16, 0xff);
    const size = 5 * 2 ** 30;
    const pieces = piecesOfSizes(Array.from({ length: 10_000 }, () => size));
    expect(manifestRows(id, pieces)).toHaveLength(157);
    await store(id, pieces);
    for (const start of [0, size - 1, size, 7777 * size + 5, 10_000 * size - 1]) {
      const [piece, ...others] = piecesOf(catalogue, id, { start, end: start });
      expect(piece).toEqual(pieces[Math.floor(start / size)]);
      expect(others).toEqual([]);
    }
  });

  test('may end in an empty piece, or be nothing else', async () => {
    for (const [index, partSizes] of [[0], [10, 0], [...Array.from({ length: 64 }, () => 3), 0]].entries()) {
      const id = Buffer.alloc(16, 0xe0 + index);
      const pieces = piecesOfSizes(partSizes);
      await store(id, pieces);
      expect(allPieces(catalogue, id)).toEqual(pieces);
      const total = partSizes.reduce((sum, size) => sum + size, 0);
      if (total > 0)
        expect([...piecesOf(catalogue, id, { start: 0, end: total - 1 })]).toEqual(pieces.filter(({ sizeBytes }) => sizeBytes > 0));
    }
  });
});

function store(id: Buffer, pieces: readonly Piece[]): Promise<void> {
  return catalogue.change(() => {
    for (const [key, value] of manifestRows(id, pieces)) catalogue.manifests.putSync(key, value);
  });
}

function piecesOfSizes(sizes: readonly number[]): Piece[] {
  let start = 0;
  return sizes.map((sizeBytes, index) => {
    const body =
      sizeBytes === 0
        ? ({ kind: 'none' } as const)
        : index % 3 === 0
          ? inline(index)
          : ({ kind: 'file', id: Buffer.alloc(16, index % 256) } as const);
    const piece: Piece = { partNumber: index + 1, start, sizeBytes, body };
    start += sizeBytes;
    return piece;
  });
}

function inline(index: number) {
  return { kind: 'inline', id: Buffer.alloc(16, index % 256), crc32: index } as const;
}
