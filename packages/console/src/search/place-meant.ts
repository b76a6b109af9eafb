/** Which listings a text may mean: of a bucket that it names, or of the one where the person is. */
import { keyProblem } from '../browse/names.ts';

export type Listed = { readonly bucket: string; readonly prefix: string };

/** Where the person is, if that is in a bucket. */
export type Here = { readonly bucket: string; readonly prefix: string } | undefined;

/** The likeliest first; two at most, because each is a request. `buckets` are the names of those that are known. */
export function placesMeant(typed: string, here: Here, buckets: readonly string[]): readonly Listed[] {
  const isAddress = typed.startsWith('s3://');
  const text = isAddress ? typed.slice('s3://'.length) : typed;
  const slash = text.indexOf('/');
  const named = slash === -1 ? undefined : { bucket: text.slice(0, slash), prefix: text.slice(slash + 1) };
  const places: Listed[] = [];
  if (named !== undefined && (isAddress || buckets.includes(named.bucket))) places.push(named);
  if (here !== undefined && !isAddress && text !== '') {
    places.push({ bucket: here.bucket, prefix: here.prefix + text });
    if (here.prefix !== '') places.push({ bucket: here.bucket, prefix: text });
  }
  // A listing takes prefixes with dots; one that is longer than any key finds nothing.
  return places.filter(({ bucket, prefix }) => bucket !== '' && keyProblem(prefix) !== 'long').slice(0, 2);
}
