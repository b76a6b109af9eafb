/** What is typed about an object's headers and metadata, what is wrong with it, and what it comes to. */
import { metadataHeader, metadataText } from '../s3/metadata-text.ts';
import type { ObjectFacts } from '../s3/objects.ts';
import type { ObjectProperties } from '../s3/replace-properties.ts';

/** Those that can be changed here; the others an object has are kept. */
export const EDITED_HEADERS = ['content-type', 'cache-control', 'content-disposition', 'content-encoding', 'content-language'] as const;

export type EditedHeader = (typeof EDITED_HEADERS)[number];

export type PropertiesDraft = {
  readonly headers: Readonly<Record<EditedHeader, string>>;
  readonly metadata: readonly { readonly name: string; readonly value: string }[];
};

/** Keys of words, by where they belong. */
export type DraftProblems = {
  readonly headers: Readonly<Partial<Record<EditedHeader, 'ascii'>>>;
  readonly metadata?: 'name' | 'twice' | 'large' | undefined;
};

/** S3's bound for the names and values of an object's own metadata together, as they are sent. */
const MOST_METADATA_BYTES = 2048;

export function draftOf({ headers, metadata }: ObjectProperties): PropertiesDraft {
  const edited = EDITED_HEADERS.map((name) => [name, headers[name] ?? ''] as const);
  return {
    headers: Object.fromEntries(edited) as PropertiesDraft['headers'],
    metadata: Object.entries(metadata).map(([name, header]) => ({ name, value: metadataText(header) })),
  };
}

/** `undefined` where all is well. */
export function draftProblems(draft: PropertiesDraft, before: ObjectProperties): DraftProblems | undefined {
  const unsendable = EDITED_HEADERS.filter((name) => !/^[ -~]*$/.test(draft.headers[name].trim()));
  const names = filled(draft).map(({ name }) => name.trim().toLowerCase());
  const sizeBytes = Object.entries(propertiesOf(draft, before).metadata).reduce(
    (sum, [name, value]) => sum + name.length + value.length,
    0,
  );
  const metadata = names.some((name) => !NAME.test(name))
    ? 'name'
    : new Set(names).size < names.length
      ? 'twice'
      : sizeBytes > MOST_METADATA_BYTES
        ? 'large'
        : undefined;
  if (unsendable.length === 0 && metadata === undefined) return undefined;
  return { headers: Object.fromEntries(unsendable.map((name) => [name, 'ascii'])), metadata };
}

/** As it is to be sent. What was not touched stays to the letter what it was. */
export function propertiesOf(
  draft: PropertiesDraft,
  { headers, metadata: before }: Pick<ObjectFacts, 'headers' | 'metadata'>,
): ObjectProperties {
  const edited = EDITED_HEADERS.map((name) => [name, draft.headers[name].trim()] as const);
  const metadata = filled(draft).map(({ name, value }) => {
    const key = name.trim().toLowerCase();
    const was = Object.hasOwn(before, key) ? (before[key] ?? '') : undefined;
    return [key, was !== undefined && metadataText(was) === value ? was : metadataHeader(value.trim())] as const;
  });
  return {
    headers: Object.fromEntries(Object.entries({ ...headers, ...Object.fromEntries(edited) }).filter(([, value]) => value !== '')),
    metadata: Object.fromEntries(metadata),
  };
}

function filled({ metadata }: PropertiesDraft): PropertiesDraft['metadata'] {
  return metadata.filter(({ name, value }) => name.trim() !== '' || value.trim() !== '');
}

/** It becomes part of the name of a header. */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
