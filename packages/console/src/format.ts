/** Sizes, counts and times as people say them. The exact value goes beside them: see `components/value.tsx`. */

/** Sizes in powers of 1000, three digits: `2.8 MB`. */
export function sizeText(bytes: number, locale: string): string {
  const unit = Math.min(UNITS.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** unit;
  // 999,950 bytes would be 1,000 kB.
  if (unit > 0 && Number(value.toPrecision(3)) >= 1000 && unit < UNITS.length - 1) return sizeText(1000 ** (unit + 1), locale);
  const digits = unit === 0 ? 0 : value < 10 ? 1 : 0;
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value)} ${UNITS[unit]}`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

export function countText(count: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(count);
}

/** To the second, in the viewer's zone. */
export function exactTime(time: number, locale: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long', timeZone }).format(time);
}

/** `in 3 hours`, `2 minutes ago`, `12 Nov`, `12 Nov 2024`: near times by how far they are, others by their date. */
export function relativeTime(time: number, now: number, locale: string, timeZone?: string): string {
  const seconds = Math.round((time - now) / 1000);
  const distance = Math.abs(seconds);
  const inUnits = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  if (distance < 45) return inUnits.format(0, 'second');
  if (distance < 45 * MINUTE) return inUnits.format(Math.round(seconds / MINUTE), 'minute');
  if (distance < 22 * HOUR) return inUnits.format(Math.round(seconds / HOUR), 'hour');
  if (distance < 6.5 * DAY) return inUnits.format(Math.round(seconds / DAY), 'day');
  const isThisYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', ...(!isThisYear && { year: 'numeric' }), timeZone }).format(
    time,
  );
}

/** How long something still takes: `24 s`, `3 min`, `1 h 20 min`. */
export function durationText(seconds: number, locale: string): string {
  const unit = (value: number, name: 'second' | 'minute' | 'hour' | 'day') =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'short' }).format(value);
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 100) return unit(whole, 'second');
  if (whole < 90 * MINUTE) return unit(Math.round(whole / MINUTE), 'minute');
  if (whole < 36 * HOUR) return [unit(Math.floor(whole / HOUR), 'hour'), unit(Math.round((whole % HOUR) / MINUTE), 'minute')].join(' ');
  return unit(Math.round(whole / DAY), 'day');
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
