/** What an S3 error document says, read leniently: servers differ, and people paste parts of it. */
export type ErrorDocument = {
  /** All of it, as it came. */
  readonly text: string;
  /** Empty if there is none. */
  readonly code: string;
  readonly message: string;
  /** Any element by name, entities resolved; undefined if absent. */
  readonly field: (name: string) => string | undefined;
};

/** Reads an S3 error document. Never throws: what is not there is absent. */
export function parseErrorDocument(xml: string): ErrorDocument {
  const field = (name: string): string | undefined => {
    const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
    return found === undefined ? undefined : decodeEntities(found);
  };
  return { text: xml, code: field('Code') ?? '', message: field('Message') ?? '', field };
}

/** Resolved in one pass, so that `&amp;lt;` stays `&lt;`. Line ends are as XML has them: CRLF is a line feed. */
const decodeEntities = (text: string): string =>
  text.replaceAll('\r\n', '\n').replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi, (entity, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? entity;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : entity;
  });

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
