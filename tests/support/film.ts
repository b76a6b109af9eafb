/** A film made of one picture shown again and again: WebM as browsers play it, of any size, to be sought in. */

export type Film = {
  /** A key frame of VP8, such as a lossy WebP picture holds. */
  readonly frame: Uint8Array;
  readonly widthPixels: number;
  readonly heightPixels: number;
  readonly seconds: number;
  readonly framesPerSecond: number;
};

export function webmOf({ frame, widthPixels, heightPixels, seconds, framesPerSecond }: Film): Buffer {
  const frames = Array.from({ length: framesPerSecond }, (_, index) =>
    element(0xa3, Buffer.concat([Buffer.from([0x81, ...int16(Math.floor((index * 1000) / framesPerSecond)), 0x80]), frame])),
  );
  const cluster = (second: number) => element(0x1f43b675, Buffer.concat([element(0xe7, uint32(second * 1000)), ...frames]));
  const info = element(0x1549a966, Buffer.concat([element(0x2ad7b1, uint32(1_000_000)), element(0x4489, float64(seconds * 1000))]));
  const picture = element(0xe0, Buffer.concat([element(0xb0, uint32(widthPixels)), element(0xba, uint32(heightPixels))]));
  const track = [
    element(0xd7, uint32(1)),
    element(0x73c5, uint32(1)),
    element(0x83, uint32(1)),
    element(0x86, Buffer.from('V_VP8')),
    picture,
  ];
  const tracks = element(0x1654ae6b, element(0xae, Buffer.concat(track)));
  const clusterBytes = cluster(0).length;
  // Every number has one width, so that the length of the index is known before what it says.
  const index = (before: number) =>
    element(
      0x1c53bb6b,
      Buffer.concat(
        Array.from({ length: seconds }, (_, second) => {
          const place = Buffer.concat([element(0xf7, uint32(1)), element(0xf1, uint32(before + second * clusterBytes))]);
          return element(0xbb, Buffer.concat([element(0xb3, uint32(second * 1000)), element(0xb7, place)]));
        }),
      ),
    );
  const cues = index(info.length + tracks.length + index(0).length);
  const clusters = Array.from({ length: seconds }, (_, second) => cluster(second));
  return Buffer.concat([HEADER, element(0x18538067, Buffer.concat([info, tracks, cues, ...clusters]))]);
}

/** The VP8 frame in a lossy WebP picture. */
export function frameOfWebp(picture: Uint8Array): Uint8Array {
  const bytes = Buffer.from(picture);
  const at = bytes.indexOf('VP8 ', 12, 'latin1');
  if (at === -1) throw new Error('The picture is not a lossy WebP.');
  return bytes.subarray(at + 8, at + 8 + bytes.readUInt32LE(at + 4));
}

/** An EBML element: its id, its length in eight bytes, its content. */
function element(id: number, content: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(content.length) | (1n << 56n));
  const hex = id.toString(16);
  return Buffer.concat([Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex'), length, content]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const int16 = (value: number): readonly number[] => [value >> 8, value & 0xff];

function float64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
}

const HEADER = element(
  0x1a45dfa3,
  Buffer.concat([
    ...[element(0x4286, uint32(1)), element(0x42f7, uint32(1)), element(0x42f2, uint32(4)), element(0x42f3, uint32(8))],
    ...[element(0x4282, Buffer.from('webm')), element(0x4287, uint32(2)), element(0x4285, uint32(2))],
  ]),
);
