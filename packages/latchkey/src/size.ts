import { wrongUsage } from './failure.ts';

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1000,
  mb: 1000 ** 2,
  gb: 1000 ** 3,
  tb: 1000 ** 4,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
};

/** `1048576`, `10MB` or `5 GiB` as a number of bytes. `flag` is the one to blame. */
export function parseSize(text: string, flag: string): number {
  const [, digits, unit = ''] = /^(\d+)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const size = Number(digits) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
  if (!Number.isSafeInteger(size)) throw wrongUsage(`${flag} is a number of bytes such as 1048576, 10MB or 5GiB, not "${text}".`);
  return size;
}
