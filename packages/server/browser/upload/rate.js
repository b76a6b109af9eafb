// @ts-check
/** How fast something goes, over the last seconds: what happened a minute ago says nothing of how long it will take. */

const WINDOW_MS = 8000;

/** Times in milliseconds, of one clock. */
export function createRate() {
  /** @type {{ at: number, bytes: number }[]} */
  let samples = [];
  return {
    /** @param {number} bytes since the last sample @param {number} at */
    add(bytes, at) {
      samples.push({ at, bytes });
      samples = samples.filter((sample) => at - sample.at <= WINDOW_MS);
    },
    /** Bytes a second; 0 before there is enough to tell. @param {number} now */
    perSecond(now) {
      const recent = samples.filter((sample) => now - sample.at <= WINDOW_MS);
      const first = recent[0];
      if (first === undefined || recent.length < 2) return 0;
      const bytes = recent.slice(1).reduce((sum, sample) => sum + sample.bytes, 0);
      return (bytes / Math.max(250, now - first.at)) * 1000;
    },
    /** After a pause, what was before it counts for nothing. */
    forget() {
      samples = [];
    },
  };
}

/**
 * `1.5 MB`: of a thousand, as file managers have it.
 * @param {number} bytes @param {string} language
 */
export function sizeText(bytes, language) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const unitDisplay = power === 0 ? 'long' : 'short';
  const format = new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[power],
    unitDisplay,
    maximumFractionDigits: power === 0 ? 0 : 1,
  });
  return format.format(bytes / 1000 ** power);
}

/**
 * `40 sec`, `3 min`, `2 hr`: no more exact than anybody knows.
 * @param {number} seconds @param {string} language
 */
export function durationText(seconds, language) {
  const [value, unit] = seconds < 90 ? [seconds, 'second'] : seconds < 90 * 60 ? [seconds / 60, 'minute'] : [seconds / 3600, 'hour'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 0 }).format(Math.ceil(value));
}
