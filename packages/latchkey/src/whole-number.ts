import { wrongUsage } from './failure.ts';

/** A whole number, where one is given. `flag` is the one to blame. */
export function wholeNumber(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw wrongUsage(`${flag} is a whole number, not "${text}".`);
  return Number(text);
}
