import { join } from 'node:path';
import { type Blobs, blobPath } from './blobs.ts';
import type { Catalogue } from './catalogue.ts';
import type { Files } from './files.ts';
import { ID_BYTES, justBehind } from './keys.ts';
import { allPieces } from './manifest.ts';
import { readBody, readInline } from './read-body.ts';
import { LOST } from './recovery.ts';
import type { Body } from './row.ts';
import { partsOf } from './upload-rows.ts';

/** Something that should not be. `id` names stored bytes: a file in blobs/, or a small body in the index. */
export type Finding =
  /** A file nothing refers to. It costs space and harms nothing. */
  | { readonly kind: 'orphan'; readonly id: string }
  /** Bytes that an object or part refers to are not as they were written, or not there. */
  | { readonly kind: 'damaged'; readonly id: string; readonly error: unknown };

export type Scrubbing = {
  readonly catalogue: Catalogue;
  readonly files: Files;
  readonly blobs: Blobs;
  readonly directories: { readonly blobs: string; readonly tmp: string };
};

/**
 * Looks for damage, both ways: every body the index refers to is read and checked, and every file must be one the index knows or one that a
 * process has on its way. It changes nothing, and works beside readers and writers: what goes while it looks is not reported.
 */
export async function* scrub(context: Scrubbing): AsyncGenerator<Finding> {
  yield* orphans(context);
  for (const { body, sizeBytes } of everyBody(context.catalogue)) {
    if (body.kind !== 'inline' && body.kind !== 'file') continue;
    const error = await problemOf(context, body, sizeBytes);
    if (error !== undefined && isStillKnown(context.catalogue, body)) yield { kind: 'damaged', id: body.id.toString('hex'), error };
  }
}

async function* orphans({ catalogue, files, directories }: Scrubbing): AsyncGenerator<Finding> {
  for (const directory of await files.list(directories.blobs)) {
    const names = await files.list(join(directories.blobs, directory));
    const onTheWay = await temporaryNames(files, directories.tmp);
    catalogue.latest();
    for (const id of names) {
      const isKnown = (catalogue.blobs.getBinary(Buffer.from(id, 'hex'))?.length ?? 0) > LOST.length;
      const isMisplaced = blobPath(directories.blobs, id) !== join(directories.blobs, directory, id) || id.length !== ID_BYTES * 2;
      if (isMisplaced || !(isKnown || onTheWay.has(id))) yield { kind: 'orphan', id };
    }
  }
}

async function temporaryNames(files: Files, tmp: string): Promise<ReadonlySet<string>> {
  const instances = await files.list(tmp);
  return new Set((await Promise.all(instances.map((instance) => files.list(join(tmp, instance))))).flat());
}

/** What objects and unfinished uploads refer to, in steps that hold no snapshot of the index while the bodies are read. */
function* everyBody(catalogue: Catalogue): Generator<{ readonly body: Body; readonly sizeBytes: number }> {
  for (const { value } of inSteps(
    (start) => catalogue.objects.getRange({ start, limit: STEP }),
    (key) => Buffer.from(key),
  )) {
    if (value.body.kind === 'parts') yield* allPieces(catalogue, value.body.id);
    else yield value;
  }
  for (const { key } of inSteps(
    (start) => catalogue.uploads.getRange({ start, limit: STEP }),
    (key) => key,
  ))
    yield* partsOf(catalogue, key, { after: 0 });
}

const STEP = 100;

type Entry<K, V> = { readonly key: K; readonly value: V };

function* inSteps<K, V>(from: (start: Buffer) => Iterable<Entry<K, V>>, bytesOf: (key: K) => Buffer): Generator<Entry<K, V>> {
  let start: Buffer | undefined = Buffer.of(0);
  while (start !== undefined) {
    const step: readonly Entry<K, V>[] = [...from(start)];
    yield* step;
    const last = step.length < STEP ? undefined : step.at(-1);
    start = last && justBehind(bytesOf(last.key));
  }
}

async function problemOf(context: Scrubbing, body: Body & { readonly kind: 'inline' | 'file' }, sizeBytes: number): Promise<unknown> {
  try {
    context.catalogue.latest();
    if (body.kind === 'inline') readInline(context.catalogue, body);
    else for await (const _block of readBody(context, body, sizeBytes, { start: 0, end: sizeBytes - 1 }, 'lent'));
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Whether the bytes are still wanted: otherwise they have been collected while we looked. */
function isStillKnown({ blobs, inline, latest }: Catalogue, body: Body & { readonly kind: 'inline' | 'file' }): boolean {
  latest();
  return body.kind === 'inline' ? inline.doesExist(body.id) : blobs.doesExist(body.id);
}
