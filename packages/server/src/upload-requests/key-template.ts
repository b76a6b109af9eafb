/** What keys of delivered files look like behind the prefix of their request: `{date}/{id}-{name}`. */
import { randomInt, randomUUID } from 'node:crypto';
import { invalidArgument } from '@latchkey/s3/errors';
import { MAX_KEY_BYTES } from '@latchkey/s3/names';
import { safeFileName } from './file-name.ts';

/** Nobody learns from it what else was delivered, nobody meets another's name, and people find a file by its day and its name. */
export const DEFAULT_TEMPLATE = '{date}/{id}-{name}';

const PARTS: Readonly<Record<string, (file: NamedFile) => string>> = {
  name: ({ name }) => safeFileName(name),
  date: ({ now }) => new Date(now).toISOString().slice(0, 10),
  time: ({ now }) => new Date(now).toISOString().slice(11, 19).replaceAll(':', ''),
  id: () => newId(),
  uuid: () => randomUUID(),
};

export type NamedFile = { /** As the deliverer calls it. */ readonly name: string; readonly now: number };

/** 40 bits, in letters and digits that nobody mistakes for others. */
function newId(): string {
  return Array.from({ length: 8 }, () => 'abcdefghjkmnpqrstuvwxyz23456789x'[randomInt(32)]).join('');
}

/** Throws InvalidArgument for a template that is none, or whose keys might be too long or climb out of their folder. */
export function checkTemplate(template: string, keyPrefix: string): void {
  const wrong = (why: string) => invalidArgument(`The key template ${why}.`, 'keyTemplate', template.slice(0, 200));
  if (template === '' || template.length > 256) throw wrong('has 1 to 256 characters');
  const rest = template.replaceAll(PART, 'x');
  if (/[{}$\\]/.test(rest))
    throw wrong(
      `knows ${Object.keys(PARTS)
        .map((name) => `{${name}}`)
        .join(', ')}, and no other braces`,
    );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is refused
  if (/[\u0000-\u001f\u007f]|\p{Surrogate}/u.test(rest)) throw wrong('holds characters that keys of files should not');
  if (rest.split('/').some((segment) => segment === '' || /^\.{1,2}$/.test(segment))) throw wrong('has a segment that is empty, . or ..');
  if (!/\{(?:name|id|uuid)\}/.test(template)) throw wrong('has {name}, {id} or {uuid}, since all files would have one key otherwise');
  const longest =
    Buffer.byteLength(keyPrefix) + Buffer.byteLength(template.replaceAll(PART, '')) + 200 * (template.match(PART) ?? []).length;
  if (longest + 12 > MAX_KEY_BYTES) throw wrong(`and the prefix are too long for keys of ${MAX_KEY_BYTES} bytes`);
}

const PART = /\{(?:name|date|time|id|uuid)\}/g;

export function expandTemplate(template: string, file: NamedFile): string {
  return template.replaceAll(PART, (part) => PARTS[part.slice(1, -1)]?.(file) ?? part);
}

/** Whether two files of one name and moment get two keys. */
export const isUnique = (template: string): boolean => /\{(?:id|uuid)\}/.test(template);

/** The same key with something of its own: before the ending of its name. */
export function withOwnId(key: string): string {
  const [, start = '', ending = ''] = /^(.*?[^/])(\.[^./]{1,16})?$/s.exec(key) ?? [];
  return `${start}-${newId()}${ending}`;
}
