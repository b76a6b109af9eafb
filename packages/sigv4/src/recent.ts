/** Remembers the results of a pure function for the texts seen last. */
export type Recent<Value> = {
  readonly get: (text: string) => Value | undefined;
  readonly set: (text: string, value: Value) => void;
};

/**
 * A memory of 256 slots, each for the latest text that fell into it: a player asks for the same URL again and again, and then nothing has to
 * be worked out twice. A miss costs next to nothing, and nobody can make it grow.
 */
export function recent<Value>(): Recent<Value> {
  const texts: (string | undefined)[] = new Array(SLOTS).fill(undefined);
  const values: (Value | undefined)[] = new Array(SLOTS).fill(undefined);
  return {
    get: (text) => {
      const slot = slotOf(text);
      return texts[slot] === text ? values[slot] : undefined;
    },
    set: (text, value) => {
      const slot = slotOf(text);
      texts[slot] = text;
      values[slot] = value;
    },
  };
}

const SLOTS = 256;

/** A few characters from all over the text; whichever of key and signature they fall on, they differ between URLs. */
function slotOf(text: string): number {
  const { length } = text;
  let mixed = length;
  for (let i = 1; i <= SAMPLES; i++) mixed = (mixed * 31 + text.charCodeAt(length - 1 - ((length - 1) >> 3) * (i - 1) - (i & 1))) | 0;
  return (mixed ^ (mixed >> 8)) & (SLOTS - 1);
}

const SAMPLES = 8;
