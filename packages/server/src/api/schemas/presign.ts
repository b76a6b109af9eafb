/** What applications ask for: a request that somebody without an account may send. */
import { array, lazy, maxLength, minLength, pipe, union } from 'valibot';
import { members } from '../input.ts';
import { linkUrl, newLink } from './link.ts';
import { problem } from './problem.ts';

const MOST = 100;

export const presignOne = newLink;

export const presignMany = members({
  requests: pipe(array(newLink), minLength(1, 'must not be empty.'), maxLength(MOST, `has at most ${MOST} items.`)),
});

/** Which of the two it is meant to be shows in one member; so what is wrong with it is told in its own words. */
export const presignBody = lazy((input) => (isMany(input) ? presignMany : presignOne));

export function isMany(input: unknown): input is { readonly requests: unknown } {
  return typeof input === 'object' && input !== null && 'requests' in input;
}

/** In the order of the requests: each is answered for itself. */
export const presignedMany = members({ items: array(union([linkUrl, members({ problem })])) });
export const presigned = union([linkUrl, presignedMany]);
