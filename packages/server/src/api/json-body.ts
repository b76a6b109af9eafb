/** JSON that strangers send: a repeated name is an error, nesting is bounded, and no name is ever a property of a JavaScript object. */
import { TextDecoder } from 'node:util';
import { type JsonNode, readJson } from '@latchkey/policy/json';
import { S3Error } from '@latchkey/s3/errors';
import { headerValue } from '../headers.ts';
import type { Incoming } from '../pipeline.ts';
import { invalidInput } from './input.ts';

const MAX_DEPTH = 8;

/** The value of a body; `undefined` where there is none. Throws UnsupportedMediaType, and ValidationError for what is not JSON. */
export function jsonBody(headers: Incoming['headers'], bytes: Buffer): unknown {
  if (bytes.byteLength === 0) return undefined;
  const type = headerValue(headers, 'content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  const encoding = headerValue(headers, 'content-encoding');
  if (type !== 'application/json' || encoding !== undefined) throw new S3Error('UnsupportedMediaType');
  const reading = readJson(decode(bytes), MAX_DEPTH);
  if (!reading.ok) throw notJson(reading.problem.message);
  return plain(reading.root);
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw notJson('It is not UTF-8');
  }
}

function notJson(why: string): S3Error {
  return invalidInput([{ pointer: '', detail: `The body is not JSON: ${why}.` }]);
}

function plain(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object': {
      const members: Record<string, unknown> = Object.create(null);
      for (const { name, value } of node.members) members[name] = plain(value);
      return members;
    }
    case 'array':
      return node.items.map(plain);
    case 'string':
      return node.text;
    case 'number':
      return Number(node.text);
    case 'boolean':
      return node.text === 'true';
    case 'null':
      return null;
  }
}
