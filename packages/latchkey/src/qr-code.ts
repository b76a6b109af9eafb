import { renderUnicodeCompact } from 'uqr';

/**
 * A QR code for a terminal, two modules to a character. With `colours` it is white on black whatever the terminal's own colours are,
 * since not every scanner reads an inverted one.
 */
export function qrCode(text: string, colours: boolean): string {
  const picture = renderUnicodeCompact(text, { ecc: 'L', border: 2 });
  return colours ? picture.replace(/^.*$/gm, '\u001b[97;40m$&\u001b[0m') : picture;
}
