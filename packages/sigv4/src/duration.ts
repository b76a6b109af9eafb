import { SigningOptionError } from './signing-option-error.ts';

/** A length of time: whole seconds, or a number with `s`, `m`, `h` or `d`, such as `'15m'` and `'7d'`. */
export type Duration = number | string;

/** A duration in seconds, 1 to 604,800 (7 days), which is as long as S3 lets a signature live. Throws {@link SigningOptionError}. */
export function seconds(option: string, duration: Duration): number {
  const [, count, unit = 's'] = /^(\d+)([smhd]?)$/.exec(`${duration}`) ?? [];
  const length = Number(count) * (UNITS[unit] ?? 1);
  if (length >= 1 && length <= 604_800) return length;
  throw new SigningOptionError(option, `must be 1 to 604800 seconds, or such as '15m' or '7d', not ${duration}.`);
}

const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };
