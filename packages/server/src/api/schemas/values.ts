/** Values that several schemas share. */
import {
  array,
  integer,
  isoTimestamp,
  maxLength,
  maxValue,
  minLength,
  minValue,
  number,
  picklist,
  pipe,
  regex,
  string,
  transform,
  union,
} from 'valibot';

export const text = (max: number) => pipe(string(), minLength(1, 'must not be empty.'), maxLength(max, `has at most ${max} characters.`));

export const count = (least: number, most: number) =>
  pipe(
    number(),
    integer('must be a whole number.'),
    minValue(least, `must be ${least} or more.`),
    maxValue(most, `must be ${most} or less.`),
  );

export const texts = (most: number) =>
  pipe(array(text(256)), minLength(1, 'must not be empty.'), maxLength(most, `has at most ${most} items.`));

/** `2026-11-22T03:04:05Z`, made into milliseconds since the epoch. */
export const time = pipe(
  string(),
  isoTimestamp('must be a time such as 2026-11-22T03:04:05Z.'),
  transform((value) => Date.parse(value)),
  number('must be a time that a calendar has.'),
);

/** How replies write a time. */
export const timeText = pipe(string(), isoTimestamp());
export const isoTime = (ms: number): string => new Date(ms).toISOString();

/** Seconds, or such as `15m`, `12h`, `7d`; made into seconds. */
export const duration = union(
  [
    count(1, 10 * 365 * 86_400),
    pipe(
      string(),
      regex(/^[1-9]\d{0,8}[smhd]$/, 'must be such as 30s, 15m, 12h or 7d.'),
      transform((value) => Number(value.slice(0, -1)) * (SECONDS[value.slice(-1)] ?? Number.NaN)),
    ),
  ],
  'must be a whole number of seconds, or such as 15m, 12h or 7d.',
);

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A switch in a query. */
export const flag = pipe(
  picklist(['true', 'false'], 'must be true or false.'),
  transform((value) => value === 'true'),
);

/** The members of a query that asks for a page. */
export const MAX_PAGE = 1000;
export const limit = count(1, MAX_PAGE);
export const cursor = text(512);
