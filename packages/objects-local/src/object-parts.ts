/** What is known of the parts of an object, once their upload is gone. */
import type { ChecksumsOfPart, ObjectPart, ObjectPartPage, OpenObject } from '@latchkey/storage/object-store';
import type { Catalogue } from './catalogue.ts';
import { partKey } from './keys.ts';
import { piecesAfter } from './manifest.ts';
import { decodeRowHead, type Row } from './row.ts';

/**
 * Whether the rows of the parts stay when they become an object: theirs are the checksums it is told by. They go with its manifest. Objects
 * from before rows were kept have none, and other objects need none: the manifest says where a part lies.
 */
export function keepsPartRows({ checksums }: Pick<Row, 'checksums'>): boolean {
  return checksums?.type === 'COMPOSITE';
}

export function pageOfParts(
  catalogue: Catalogue,
  id: Buffer,
  { after, limit }: { readonly after: number; readonly limit: number },
): ObjectPartPage {
  const parts: ObjectPart[] = [];
  for (const { partNumber, sizeBytes } of piecesAfter(catalogue, id, after)) {
    if (parts.length === limit) return { parts, next: parts.at(-1)?.partNumber };
    parts.push({ partNumber, sizeBytes, checksums: checksumsOfPart(catalogue, id, partNumber) });
  }
  return { parts };
}

/** As `OpenObject.part`, of an object made of parts. */
export function findPart(catalogue: Catalogue, id: Buffer, row: Row, partNumber: number): Awaited<ReturnType<OpenObject['part']>> {
  const [piece] = piecesAfter(catalogue, id, partNumber - 1);
  if (piece?.partNumber !== partNumber) return undefined;
  const checksums = keepsPartRows(row) ? checksumsOfPart(catalogue, id, partNumber) : undefined;
  return { range: { start: piece.start, end: piece.start + piece.sizeBytes - 1 }, partCount: row.partCount, checksums };
}

function checksumsOfPart(catalogue: Catalogue, id: Buffer, partNumber: number): ChecksumsOfPart | undefined {
  const kept = catalogue.parts.getBinary(partKey(id, partNumber));
  return kept && decodeRowHead(kept).checksums?.values;
}
