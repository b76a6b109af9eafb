/** The two ways S3 writes a moment: RFC 7231 in headers, ISO 8601 with milliseconds in XML. Moments are milliseconds since the epoch. */

/**
 * `Thu, 01 Jan 2026 00:00:00 GMT`. Remembers the seconds it was asked for: a server formats the same few thousand
 * moments (now, and when its objects were written) over and over.
 */
export function httpDate(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1000);
  const known = formattedSeconds.get(second);
  if (known !== undefined) return known;
  if (formattedSeconds.size >= MAX_REMEMBERED) formattedSeconds.clear();
  const text = new Date(second * 1000).toUTCString();
  formattedSeconds.set(second, text);
  return text;
}

const MAX_REMEMBERED = 20_000;
const formattedSeconds = new Map<number, string>();

/** `2026-01-01T00:00:00.000Z`. */
export function isoDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** The three forms RFC 7231 makes every recipient read; `undefined` for anything else, which S3 then ignores. */
export function parseHttpDate(text: string): number | undefined {
  const match = IMF_FIXDATE.exec(text) ?? RFC_850.exec(text) ?? ASCTIME.exec(text);
  if (!match?.groups) return undefined;
  const { day, month, year, time } = match.groups as { day: string; month: string; year: string; time: string };
  const milliseconds = Date.parse(`${fullYear(year)}-${monthNumber(month)}-${day.trim().padStart(2, '0')}T${time}Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MONTH = `(?<month>${MONTHS.join('|')})`;
const TIME = '(?<time>\\d\\d:\\d\\d:\\d\\d)';
const IMF_FIXDATE = new RegExp(`^(?:[A-Z][a-z]{2}), (?<day>\\d{1,2}) ${MONTH} (?<year>\\d{4}) ${TIME} (?:GMT|UTC|[+-]0000)$`);
const RFC_850 = new RegExp(`^(?:[A-Z][a-z]+), (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT$`);
const ASCTIME = new RegExp(`^(?:[A-Z][a-z]{2}) ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`);

function monthNumber(name: string): string {
  return String(MONTHS.indexOf(name) + 1).padStart(2, '0');
}

/** Two digits are a year of 1970 to 2069. */
function fullYear(year: string): string {
  if (year.length === 4) return year;
  return Number(year) < 70 ? `20${year}` : `19${year}`;
}
