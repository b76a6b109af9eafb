/** What a listing is made of, and its order. */

/** What keys under a prefix have in common up to the next slash, or one object. */
export type Row = { readonly kind: 'folder'; readonly key: string } | ObjectRow;

export type ObjectRow = {
  readonly kind: 'object';
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAt: number;
  /** Without quotes; empty where it is not known. */
  readonly etag: string;
};

/** By their bytes in UTF-8, which is the order of code points and not that of JavaScript's strings. */
export function compareKeys(a: string, b: string): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
