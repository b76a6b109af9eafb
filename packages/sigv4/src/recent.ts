/** Remembers the results of a pure function for the URLs seen last. */
export type Recent<Value> = {
  readonly get: (text: string) => Value | undefined;
  readonly set: (text: string, value: Value) => void;
};

/**
 * A memory of 256 slots, each for the latest text that fell into it: a player asks for the same URL again and again, and then nothing has to
 * be worked out twice. A miss costs next to nothing, and nobody can make it grow. The texts hold signatures, some of them good ones: how much of
 * one somebody has guessed is not to be seen from how long it takes to compare.
 */
export function recent<Value>(): Recent<Value> {
  const texts: string[] = new Array(SLOTS).fill('');
  const openParts: string[] = new Array(SLOTS).fill('');
  const values: (Value | undefined)[] = new Array(SLOTS).fill(undefined);
  return {
    get: (text) => {
      const slot = slotOf(text);
      const known = texts[slot] as string;
      const open = openParts[slot] as string;
      if (known.length !== text.length || !text.startsWith(open)) return undefined;
      let difference = 0;
      for (let i = open.length; i < text.length; i++) difference |= text.charCodeAt(i) ^ known.charCodeAt(i);
      return difference === 0 ? values[slot] : undefined;
    },
    set: (text, value) => {
      const slot = slotOf(text);
      texts[slot] = text;
      openParts[slot] = text.slice(0, Math.max(0, text.indexOf(BEGINS_SECRETS)));
      values[slot] = value;
    },
  };
}

/** How X-Amz-Security-Token and X-Amz-Signature begin. Where they are written otherwise, all of the text is taken for secret. */
const BEGINS_SECRETS = 'X-Amz-S';

/** How many texts are remembered. */
export const SLOTS = 256;
/** No longer ones, for whoever remembers. */
export const LONGEST_REMEMBERED = 2048;

/** A few characters from all over the text; whichever of key and signature they fall on, they differ between URLs. */
export function slotOf(text: string): number {
  const { length } = text;
  let mixed = length;
  for (let i = 1; i <= SAMPLES; i++) mixed = (mixed * 31 + text.charCodeAt(length - 1 - ((length - 1) >> 3) * (i - 1) - (i & 1))) | 0;
  return (mixed ^ (mixed >> 8)) & (SLOTS - 1);
}

const SAMPLES = 8;
