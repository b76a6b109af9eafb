/** Replies of the API: JSON that no cache keeps and no browser takes for anything else. */
import type { AuditNotes } from '../audit/event.ts';
import type { Reply, ReplyBody } from '../pipeline.ts';

const encoder = new TextEncoder();

/** What an operation answers with. */
export type ApiAnswer = (
  | { readonly body?: unknown }
  /** For exports: text that is made while it is sent. */
  | { readonly stream: AsyncIterable<Uint8Array>; readonly type: string }
) & {
  readonly headers?: readonly string[];
  /** For the audit trail: the object that it turned out to be about, and what else is to be known. */
  readonly about?: { readonly bucket: string; readonly key?: string | undefined };
  readonly notes?: AuditNotes;
};

export function answerReply(status: number, answer: ApiAnswer): Reply {
  return { ...replyOf(status, answer), notes: answer.notes };
}

function replyOf(status: number, answer: ApiAnswer): Reply {
  if ('stream' in answer) return reply(status, answer.type, answer.stream, answer.headers);
  if (answer.body === undefined) return reply(204, undefined, undefined, answer.headers);
  return jsonReply(status, answer.body, { headers: answer.headers });
}

export function jsonReply(
  status: number,
  body: unknown,
  options: { readonly type?: string; readonly headers?: readonly string[] | undefined } = {},
): Reply {
  return reply(status, options.type ?? 'application/json', encoder.encode(`${JSON.stringify(body)}\n`), options.headers);
}

function reply(status: number, type: string | undefined, body: ReplyBody | undefined, headers: readonly string[] = []): Reply {
  return { status, headers: [...(type === undefined ? [] : ['Content-Type', type]), ...SAFE, ...headers], body };
}

const SAFE: readonly string[] = [
  'Cache-Control',
  'no-store',
  'X-Content-Type-Options',
  'nosniff',
  'Content-Security-Policy',
  "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy',
  'no-referrer',
];
