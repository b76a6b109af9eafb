/** An HTML form on its way in: its fields, which come first, then the file as a stream. Nothing but the fields is ever held. */
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import { S3Error } from '@latchkey/s3/errors';
import { formBoundary, formFields, MAX_FORM_BYTES, wrongNumberOfFiles } from '@latchkey/s3/post-form';
import { headerValue } from '../headers.ts';
import type { Addressed } from '../pipeline.ts';

export type UploadForm = {
  /** The fields before the file, by lower-case name. */
  readonly fields: ReadonlyMap<string, string>;
  readonly file: UploadedFile;
};

export type UploadedFile = {
  /** Without directories; `undefined` where the browser named none. */
  readonly name: string | undefined;
  /** As the browser says; `undefined` where it says nothing. */
  readonly type: string | undefined;
  /** Throws MalformedPOSTRequest or IncompleteBody where the form does not end as it should. */
  readonly bytes: AsyncIterable<Uint8Array>;
};

const MAX_PARTS = 500;

/**
 * Reads up to the file. Fields behind it are passed over, as on S3.
 * Throws PreconditionFailed, MalformedPOSTRequest, MaxPostPreDataLengthExceededError, InvalidArgument where there is no file.
 */
export function readForm(request: Addressed): Promise<UploadForm> {
  const contentType = headerValue(request.headers, 'content-type');
  formBoundary(contentType);
  const fields = formFields();
  const parser = parserOf(contentType ?? '');

  return new Promise((resolve, reject) => {
    let file: Readable | undefined;
    const fail = (cause: unknown) => {
      const error = cause instanceof S3Error ? cause : new S3Error('MalformedPOSTRequest', { cause });
      file?.destroy(error);
      reject(error);
    };
    parser.on('field', (name, value) => {
      if (file !== undefined) return;
      try {
        fields.add(name, value);
      } catch (error) {
        fail(error);
      }
    });
    parser.on('file', (_field, stream, filename, _encoding, type) => {
      // There is one file; whatever comes behind it is read to nowhere.
      if (file !== undefined) {
        stream.resume();
        return;
      }
      file = stream;
      // Whoever reads the file is told; where nobody does any more, there is nobody to tell.
      stream.on('error', () => undefined);
      resolve({ fields: fields.values, file: { name: filename, type, bytes: wholeFile(stream, fed) } });
    });
    parser.on('partsLimit', () => fail(new S3Error('MaxPostPreDataLengthExceededError')));
    parser.on('error', fail);
    parser.on('finish', () => reject(wrongNumberOfFiles(0)));
    const fed = feed(request, parser, () => file?.destroyed === true);
    fed.catch(fail);
  });
}

/** Throws MalformedPOSTRequest for a type of body that it makes nothing of, though it looks like a form's. */
function parserOf(contentType: string): InstanceType<typeof Busboy> {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      isPartAFile: (name) => name?.toLowerCase() === 'file',
      limits: { fieldSize: MAX_FORM_BYTES + 1, parts: MAX_PARTS, headerPairs: 50, headerSize: 16 * 1024 },
    });
  } catch (cause) {
    throw new S3Error('MalformedPOSTRequest', { cause });
  }
}

/** The file is whole when all of the body has come, not only all of the form. One that ends before is told in S3's words. */
async function* wholeFile(stream: Readable, fed: Promise<void>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
    await fed;
  } catch (cause) {
    throw cause instanceof S3Error ? cause : new S3Error('MalformedPOSTRequest', { cause });
  }
}

/** Hands the body over as fast as the file is read; stops where nobody wants the file any more. */
async function feed(request: Addressed, parser: NodeJS.WritableStream, isUnwanted: () => boolean): Promise<void> {
  for await (const chunk of request.body.stream()) {
    if (isUnwanted()) return;
    if (parser.write(chunk)) continue;
    const { signal } = request.body;
    await once(parser as unknown as NodeJS.EventEmitter, 'drain', { signal }).catch(() => {
      throw new S3Error('IncompleteBody');
    });
  }
  parser.end();
}
