/** The shapes replies come in. */
import type { Reply } from '../pipeline.ts';

const encoder = new TextEncoder();

export function xmlReply(xml: string, headers: readonly string[] = []): Reply {
  return { status: 200, headers: ['Content-Type', 'application/xml', ...headers], body: encoder.encode(xml) };
}

export function emptyReply(status: 200 | 204, headers: readonly string[] = []): Reply {
  return { status, headers };
}
