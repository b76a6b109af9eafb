/**
 * A JSON reader for text that strangers write and that decides who gets in: every node knows where it stands,
 * a repeated name is an error instead of a silent choice, nesting is bounded, and no name is ever a property
 * of a JavaScript object, so that `__proto__` is a name like any other.
 */
import { memberPath, shortened } from './place.ts';

/** Reads one JSON text (RFC 8259) into nodes. Never throws: text that is no JSON comes back as a problem with its place. */
export function readJson(text: string, maxDepth = 32): JsonReading {
  const reader = new Reader(text, maxDepth);
  try {
    return { ok: true, root: reader.document() };
  } catch (error) {
    if (error instanceof NotJson) return { ok: false, problem: { message: error.message, at: error.at, path: error.path } };
    throw error;
  }
}

export type JsonReading = { readonly ok: true; readonly root: JsonNode } | { readonly ok: false; readonly problem: JsonProblem };

/** `at` is an offset in UTF-16 units; `path` names the innermost value that was being read, as `$.Statement[0].Action`. */
export type JsonProblem = { readonly message: string; readonly at: number; readonly path: string };

/** Numbers keep the text they were written as: nothing is lost to rounding. */
export type JsonNode = { readonly at: number } & (
  | { readonly kind: 'object'; readonly members: readonly JsonMember[] }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string' | 'number' | 'boolean'; readonly text: string }
  | { readonly kind: 'null' }
);
export type JsonMember = { readonly name: string; readonly at: number; readonly value: JsonNode };

class NotJson extends Error {
  readonly at: number;
  readonly path: string;
  constructor(message: string, at: number, path: string) {
    super(message);
    this.at = at;
    this.path = path;
  }
}

class Reader {
  readonly #text: string;
  readonly #maxDepth: number;
  #at = 0;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  document(): JsonNode {
    this.#skipBlank();
    const root = this.#value('$', 0);
    this.#skipBlank();
    if (this.#at < this.#text.length) this.#fail('There is more text after the end of the JSON value', '$');
    return root;
  }

  #value(path: string, depth: number): JsonNode {
    const at = this.#at;
    const first = this.#text[at];
    if (first === '{' || first === '[') {
      if (depth >= this.#maxDepth) this.#fail(`Nested more than ${this.#maxDepth} levels deep`, path);
      return first === '{' ? this.#object(path, depth + 1) : this.#array(path, depth + 1);
    }
    if (first === '"') return { kind: 'string', at, text: this.#string(path) };
    if (this.#take('true')) return { kind: 'boolean', at, text: 'true' };
    if (this.#take('false')) return { kind: 'boolean', at, text: 'false' };
    if (this.#take('null')) return { kind: 'null', at };
    const number = this.#number();
    if (number !== undefined) return { kind: 'number', at, text: number };
    return this.#fail(first === undefined ? 'The text ends where a value is expected' : 'Expected a value', path);
  }

  #object(path: string, depth: number): JsonNode {
    const at = this.#at;
    const members: JsonMember[] = [];
    const names = new Set<string>();
    this.#at += 1;
    this.#skipBlank();
    while (!this.#take('}')) {
      if (members.length > 0) this.#expect(',', 'Expected "," or "}"', path);
      const nameAt = this.#at;
      if (this.#text[nameAt] !== '"') this.#fail('Expected a name in double quotes', path);
      const name = this.#string(path);
      if (names.has(name)) this.#fail(`The name ${JSON.stringify(shortened(name))} appears twice in one object`, path, nameAt);
      names.add(name);
      this.#skipBlank();
      this.#expect(':', 'Expected ":" after a name', path);
      members.push({ name, at: nameAt, value: this.#value(memberPath(path, name), depth) });
      this.#skipBlank();
    }
    return { kind: 'object', at, members };
  }

  #array(path: string, depth: number): JsonNode {
    const at = this.#at;
    const items: JsonNode[] = [];
    this.#at += 1;
    this.#skipBlank();
    while (!this.#take(']')) {
      if (items.length > 0) this.#expect(',', 'Expected "," or "]"', path);
      items.push(this.#value(`${path}[${items.length}]`, depth));
      this.#skipBlank();
    }
    return { kind: 'array', at, items };
  }

  #string(path: string): string {
    let result = '';
    let copied = this.#at + 1;
    for (this.#at = copied; ; this.#at += 1) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === QUOTE) break;
      if (Number.isNaN(code)) this.#fail('The text ends inside a string', path);
      if (code < 0x20) this.#fail('A control character inside a string must be escaped', path);
      if (code !== BACKSLASH) continue;
      result += this.#text.slice(copied, this.#at) + this.#escape(path);
      copied = this.#at + 1;
    }
    result += this.#text.slice(copied, this.#at);
    this.#at += 1;
    return result;
  }

  /** Leaves the reader on the last character of the escape. */
  #escape(path: string): string {
    const letter = this.#text[this.#at + 1] ?? '';
    const plain = ESCAPES.get(letter);
    if (plain !== undefined) {
      this.#at += 1;
      return plain;
    }
    const digits = this.#text.slice(this.#at + 2, this.#at + 6);
    if (letter !== 'u' || !/^[0-9a-fA-F]{4}$/.test(digits)) this.#fail('Not an escape that JSON knows', path);
    this.#at += 5;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #number(): string | undefined {
    const found = NUMBER.exec(this.#text.slice(this.#at, this.#at + MAX_NUMBER_LENGTH + 1))?.[0];
    if (found === undefined || found.length > MAX_NUMBER_LENGTH) return undefined;
    this.#at += found.length;
    return found;
  }

  #take(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #expect(mark: string, message: string, path: string): void {
    if (!this.#take(mark)) this.#fail(message, path);
    this.#skipBlank();
  }

  #skipBlank(): void {
    while (BLANK.has(this.#text.charCodeAt(this.#at))) this.#at += 1;
  }

  #fail(message: string, path: string, at = this.#at): never {
    throw new NotJson(message, at, path);
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BLANK: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/;
const MAX_NUMBER_LENGTH = 40;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);
