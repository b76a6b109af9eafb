/** A QR code as a drawing of the page itself: nothing is asked of anybody, and nobody learns the URL. */
import { encode } from 'uqr';
import { words } from '../words/words.ts';

export function QrCode({ text }: { readonly text: string }) {
  const { data, size } = encode(text, { ecc: 'L', border: 3 });
  return (
    <svg class="qr-code" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={words().share.qrCode} shapeRendering="crispEdges">
      <rect class="qr-ground" width={size} height={size} />
      <path class="qr-ink" d={pathOf(data)} />
    </svg>
  );
}

/** One stroke for each run of dark modules. */
function pathOf(rows: readonly (readonly boolean[])[]): string {
  const strokes: string[] = [];
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < row.length; x++) {
      const from = x;
      while (row[x] === true) x++;
      if (x > from) strokes.push(`M${from} ${y}h${x - from}v1h${from - x}z`);
    }
  }
  return strokes.join('');
}
