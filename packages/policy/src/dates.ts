/** The moments that date conditions compare: W3C's profile of ISO 8601, or seconds since 1970. */

/**
 * Reads `2026`, `2026-11`, `2026-11-21`, `2026-11-21T10:00Z`, `2026-11-21T10:00:00.250+02:00` or seconds since 1970
 * (five digits or more, or with a fraction or sign), to the millisecond; `undefined` for anything else.
 * A time without a zone is none of these: nobody could say which moment it means.
 */
export function readMoment(text: string): number | undefined {
  if (/^-?[0-9]{5,12}$/.test(text) || /^-?[0-9]{1,12}\.[0-9]{1,9}$/.test(text) || /^-[0-9]{1,4}$/.test(text))
    return Math.round(Number(text) * 1000);
  const found = ISO_8601.exec(text);
  if (found === null) return undefined;
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = found;
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day));
  // 31 April would quietly become 1 May; years below 100 would become 19xx.
  if (new Date(date).toISOString().slice(0, 10) !== `${year}-${month}-${day}`) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const offset = zoneMinutes(zone);
  if (offset === undefined) return undefined;
  return date + ((Number(hour) * 60 + Number(minute) - offset) * 60 + Number(second)) * 1000 + Number(`${fraction}000`.slice(0, 3));
}

function zoneMinutes(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 14 || minutes > 59) return undefined;
  return (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes);
}

const ISO_8601 =
  /^([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(Z|[+-][0-9]{2}:[0-9]{2}))?)?)?$/;
