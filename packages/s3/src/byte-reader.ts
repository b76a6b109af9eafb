/** Reading a stream of bytes by lines and lengths, without ever holding more than one piece of it and one short line. */
export type ByteReader = {
  /** The next bytes, at most `maxBytes` of them and at least one, without copying; `undefined` at the end of the stream. */
  read(maxBytes: number): Promise<Uint8Array | undefined>;
  /**
   * The next line without its end, which is `\r\n`, each byte as one character; `undefined` at the end of the stream.
   * A line of more than `maxBytes`, or one that the stream breaks off, is told as a problem.
   */
  readLine(maxBytes: number): Promise<string | { readonly problem: 'too long' | 'broken off' } | undefined>;
  /** Lets go of the stream, read to its end or not. */
  close(): Promise<void>;
};

export function byteReader(source: AsyncIterable<Uint8Array>): ByteReader {
  const iterator = source[Symbol.asyncIterator]();
  let piece: Uint8Array = new Uint8Array(0);
  let isOver = false;

  async function hasBytes(): Promise<boolean> {
    while (piece.length === 0 && !isOver) {
      const next = await iterator.next();
      if (next.done === true) isOver = true;
      else piece = next.value;
    }
    return piece.length > 0;
  }

  function takeNow(length: number): Uint8Array {
    const taken = piece.subarray(0, length);
    piece = piece.subarray(length);
    return taken;
  }

  return {
    async read(maxBytes) {
      return (await hasBytes()) ? takeNow(maxBytes) : undefined;
    },
    async readLine(maxBytes) {
      let line = '';
      while (await hasBytes()) {
        const lineFeed = piece.indexOf(LINE_FEED);
        const taken = takeNow(lineFeed < 0 ? piece.length : lineFeed + 1);
        if (line.length + taken.length > maxBytes + 2) return { problem: 'too long' };
        line += String.fromCharCode(...taken);
        if (line.endsWith('\r\n')) return line.slice(0, -2);
      }
      return line === '' ? undefined : { problem: 'broken off' };
    },
    async close() {
      if (isOver) return;
      isOver = true;
      await iterator.return?.();
    },
  };
}

const LINE_FEED = 0x0a;
