/** The beginning of a text, made readable: pure functions, tested beside. */

/** So much of a file is fetched to be shown as text. */
export const TEXT_BYTES = 256 * 1024;
/** Up to here, pictures are fetched whole. */
export const IMAGE_BYTES = 32 * 1024 * 1024;
export const PDF_BYTES = 100 * 1024 * 1024;
const CSV_ROWS = 500;

/** UTF-8, or UTF-16 where it says so; `undefined` for what is no text. */
export function textIn(bytes: Uint8Array, isWhole: boolean): string | undefined {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined;
  if (utf16 === undefined && bytes.includes(0)) return undefined;
  try {
    // What is cut off may end in the middle of a character.
    return new TextDecoder(utf16 ?? 'utf-8', { fatal: true }).decode(bytes, { stream: !isWhole });
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Indented; as it is where it is not whole, or no JSON. */
export function jsonText(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}

/** Rows of a table in text (RFC 4180), by the separator that its first line has most of; a row that is cut off is left out. */
export function csvRows(text: string, isWhole: boolean, most = CSV_ROWS): readonly (readonly string[])[] {
  const separator = separatorOf(text);
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let isQuoted = false;
  const endRow = () => {
    row.push(field);
    if (row.length > 1 || field !== '') rows.push(row);
    row = [];
    field = '';
  };
  for (let at = 0; at < text.length && rows.length < most; at++) {
    const character = text[at] as string;
    if (isQuoted) {
      if (character !== '"') field += character;
      else if (text[at + 1] === '"') field += text[++at];
      else isQuoted = false;
    } else if (character === '"' && field === '') isQuoted = true;
    else if (character === separator) {
      row.push(field);
      field = '';
    } else if (character === '\n') endRow();
    else if (character !== '\r') field += character;
  }
  if (isWhole && rows.length < most) endRow();
  return rows;
}

function separatorOf(text: string): string {
  const [line = ''] = text.split('\n', 1);
  const count = (separator: string) => line.split(separator).length;
  return [',', ';', '\t', '|'].reduce((best, separator) => (count(separator) > count(best) ? separator : best));
}
