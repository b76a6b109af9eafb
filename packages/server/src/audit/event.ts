/** What the trail is told about one request: references to facts that are there anyway. Text is made of them later, off the request's path. */
import type { ByteRange } from '@latchkey/storage/object-store';
import type { Principal } from '../identity/principals.ts';
import type { Incoming, QueryCall, SignatureFacts } from '../pipeline.ts';

export type AuditEvent = {
  readonly source: EventSource;
  /** The operation's name, such as `GetObject`; `Unknown` where the request was none. */
  readonly name: string;
  /** Whether it left everything as it was. */
  readonly isReadOnly: boolean;
  readonly incoming: Pick<Incoming, 'method' | 'rawTarget' | 'headers' | 'peer' | 'requestId' | 'receivedAt'>;
  /** Of the target, decoded; the whole raw target is shown where there is none. */
  readonly query?: readonly { readonly name: string; readonly value: string }[] | undefined;
  readonly bucket?: string | undefined;
  readonly key?: string | undefined;
  /** Nobody is known to have asked where authentication failed. */
  readonly principal?: Principal | undefined;
  readonly signature?: SignatureFacts | undefined;
  /** Of a call of IAM, STS or Latchkey. */
  readonly call?: QueryCall | undefined;
  /** Of a form upload: its fields. */
  readonly formFields?: ReadonlyMap<string, string> | undefined;
  /** Of a call of the JSON API: what it asked for. What is called a secret, a token or a password is left out of the line. */
  readonly parameters?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  readonly status: number;
  /** Of the reply: names and values in turn. */
  readonly replyHeaders?: readonly string[] | undefined;
  /** Of an answer of IAM, STS or Latchkey: ids of what was made are taken from it. */
  readonly answer?: Uint8Array | undefined;
  /** What the caller was told went wrong. */
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  /** Of the bodies, as they went over the wire. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Whether a reply that was streamed was cut off before its end. */
  readonly isCut?: boolean | undefined;
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
  readonly notes?: AuditNotes | undefined;
};

export type EventSource = 's3' | 'iam' | 'sts' | 'latchkey';

/** What only the step that decided knows. An operation hands them over with its reply (`Reply.notes`), a refusal with its `Denial`. */
export type AuditNotes = {
  /** The link that the event is about, where it is not the one that signed the request. */
  readonly linkId?: string | undefined;
  /** Which check said no, and why in a sentence for the operator. */
  readonly decision?: { readonly check: string; readonly reason: string } | undefined;
  readonly uses?: { readonly before: number; readonly max: number } | undefined;
  /** Of a client that was sent to the upstream: what it was sent for. Nothing is known here of what it did there. */
  readonly redirect?: Redirect | undefined;
  /** What else the request made or removed, such as the keys of DeleteObjects: one event each. */
  readonly affected?: readonly AffectedObject[] | undefined;
  /** Names and values that the reply told and the operator may know, such as the id of what was made. */
  readonly response?: Readonly<Record<string, string>> | undefined;
};

export type Redirect = {
  readonly etag: string;
  readonly sizeBytes: number;
  /** Of the object, where not all of it is wanted. */
  readonly range: ByteRange | undefined;
  readonly expiresInSeconds: number;
};

export type AffectedObject = {
  /** The operation that alone would have done this: `DeleteObject`. */
  readonly operation: string;
  readonly bucket: string;
  readonly key: string;
  /** Of a link that was made. */
  readonly linkId?: string | undefined;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
};
