/** Which objects a link is for. */
import { invalidArgument } from '@latchkey/s3/errors';
import { objectKey } from '@latchkey/s3/names';
import type { NewLink } from './links.ts';
import type { Link } from './model.ts';

type Subject = Pick<NewLink, 'key' | 'keys' | 'keyPrefix'>;

/** What a link may name one by one: its record is read whole whenever it is used. */
export const MOST_CHOSEN = 1000;
const MOST_CHOSEN_BYTES = 64 * 1024;

export function isForKey({ key, keys, keyPrefix }: Subject, asked: string): boolean {
  if (key !== undefined) return asked === key;
  if (keys !== undefined) return keys.includes(asked);
  return asked !== '' && keyPrefix !== undefined && asked.startsWith(keyPrefix);
}

/**
 * Where the captions of a film or a recording are, if it has any: `tour.mp4` has `tour.vtt` beside it. The page of a link shows them, so that
 * the link is for them as well.
 */
export function captionsKey({ method, key, landing, terms }: Link): string | undefined {
  if (method !== 'GET' || key === undefined || landing === undefined || terms.maxUses !== undefined) return undefined;
  return /[^/]\.(?!vtt$)[^./]+$/i.test(key) ? key.replace(/[^.]+$/, 'vtt') : undefined;
}

/** What all keys of the link begin with: `undefined` for a link of one key. */
export function sharedPrefix({ keys, keyPrefix }: Subject): string | undefined {
  if (keys === undefined) return keyPrefix;
  const [first = '', ...others] = keys;
  let length = first.length;
  for (const other of others) {
    length = Math.min(length, other.length);
    while (!other.startsWith(first.slice(0, length))) length -= 1;
  }
  return first.slice(0, length);
}

/** Throws InvalidArgument, KeyTooLongError for what no link can be for. `hasPage`: only pages show several objects. */
export function subjectOf({ method, key, keys, keyPrefix }: NewLink, hasPage: boolean): Pick<Link, 'key' | 'keys' | 'keyPrefix'> {
  if ([key, keys, keyPrefix].filter((given) => given !== undefined).length !== 1)
    throw invalidArgument(
      'A link is for one key, for several keys, or for all that begin with keyPrefix.',
      keyPrefix === undefined ? 'key' : 'keyPrefix',
    );
  if (key !== undefined) return { key: objectKey(key) };
  if (keyPrefix !== undefined) {
    objectKey(`${keyPrefix}x`);
    return { keyPrefix };
  }
  const chosen = [...new Set(keys)];
  if (!hasPage || method !== 'GET') throw invalidArgument('A link for several keys is for downloads, and has a page.', 'keys');
  for (const each of chosen) objectKey(each);
  if (chosen.length === 0 || chosen.length > MOST_CHOSEN || Buffer.byteLength(chosen.join('')) > MOST_CHOSEN_BYTES)
    throw invalidArgument(`A link is for 1 to ${MOST_CHOSEN} keys, of ${MOST_CHOSEN_BYTES} bytes together.`, 'keys');
  return { keys: chosen };
}
