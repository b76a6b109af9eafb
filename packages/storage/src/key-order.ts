/**
 * S3's order of keys: by the bytes of their UTF-8, which is the order of code points. JavaScript's own `<` compares UTF-16, where
 * U+1F600 comes before U+FF21. Both texts are well-formed, as keys are. Negative, zero or positive, as for `Array.prototype.sort`.
 */
export function compareKeys(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const leftUnit = left.charCodeAt(index);
    const rightUnit = right.charCodeAt(index);
    if (leftUnit !== rightUnit) return inCodePointOrder(leftUnit) - inCodePointOrder(rightUnit);
  }
  return left.length - right.length;
}

/** Surrogates stand for the code points above all others, so they move behind U+E000 to U+FFFF. */
function inCodePointOrder(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
