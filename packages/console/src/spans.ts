/** Ends and lengths of time, as they are said of links. */
import { durationText } from './format.ts';

/** When something ends: `Tue 24 Nov 2026, 14:05`, in the viewer's zone. */
export function endText(time: number, locale: string, timeZone?: string): string {
  const options = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' } as const;
  return new Intl.DateTimeFormat(locale, { ...options, timeZone }).format(time);
}

/** A length of time that somebody has chosen, in its largest whole unit: `5 min`, `1 hr`, `7 days`. */
export function spanText(seconds: number, locale: string): string {
  const named = [
    [DAY, 'day'],
    [HOUR, 'hour'],
    [MINUTE, 'minute'],
  ] as const;
  // A single day is better known as that than as 24 hours; 90 minutes than as an hour and a half.
  const fitting = named.find(([size]) => seconds >= size && seconds % size === 0);
  if (fitting === undefined) return durationText(seconds, locale);
  const [size, unit] = fitting;
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(seconds / size);
}

/** What is left of a time, in whole seconds: `4:59`, `1:02:03` below two hours, else `3 h 20 min`, `5 days`. */
export function remainingText(seconds: number, locale: string): string {
  if (seconds >= 2 * HOUR) return durationText(seconds, locale);
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor((seconds % HOUR) / MINUTE);
  const hours = Math.floor(seconds / HOUR);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % MINUTE)}` : `${minutes}:${two(seconds % MINUTE)}`;
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
