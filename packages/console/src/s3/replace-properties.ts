/** What is kept with an object besides its bytes is changed by copying it onto itself: S3 has no other way. */
import { isCode } from '../api/refusal.ts';
import { copyObject, KEPT_HEADERS, type ObjectAddress, type ObjectFacts, objectFacts } from './objects.ts';

export type ObjectProperties = Pick<ObjectFacts, 'headers' | 'metadata'>;

/** Somebody else has changed the object, its bytes or what is said of it. */
export class ChangedMeanwhile extends Error {
  constructor() {
    super('The object was changed meanwhile.');
    this.name = 'ChangedMeanwhile';
  }
}

/**
 * Gives the object these properties in place of those in `shown`; its tags stay. Throws ChangedMeanwhile, having changed nothing, where the object
 * is no longer as shown. The bytes are compared when the change is made. For the rest S3 has no condition: it is compared just before.
 */
export async function replaceProperties(
  address: ObjectAddress,
  shown: ObjectFacts,
  { headers, metadata }: ObjectProperties,
): Promise<void> {
  if (!isSame(shown, await objectFacts(address))) throw new ChangedMeanwhile();
  const etag = `"${shown.etag}"`;
  const replacing = {
    'x-amz-metadata-directive': 'REPLACE',
    'x-amz-copy-source-if-match': etag,
    ...headers,
    ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
  };
  try {
    await copyObject(address, address, { ...replacing, 'if-match': etag }).catch((error: unknown) => {
      // Not every S3 behind a gateway knows conditions of writes. What is read is held to the condition all the same.
      if (isCode(error, 'NotImplemented')) return copyObject(address, address, replacing);
      throw error;
    });
  } catch (error) {
    throw isCode(error, 'PreconditionFailed', 'NoSuchKey') ? new ChangedMeanwhile() : error;
  }
}

function isSame(a: ObjectFacts, b: ObjectFacts): boolean {
  const isEqual = (x: Readonly<Record<string, string>>, y: Readonly<Record<string, string>>) =>
    Object.keys(x).length === Object.keys(y).length && Object.entries(x).every(([name, value]) => y[name] === value);
  const areKept = KEPT_HEADERS.every((name) => a.headers[name] === b.headers[name]);
  return a.etag === b.etag && a.modifiedAt === b.modifiedAt && areKept && isEqual(a.metadata, b.metadata);
}
