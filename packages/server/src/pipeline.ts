/**
 * The request after each step of its life, and what an operation is. Each type holds what its step has made sure of;
 * later steps rely on it and check nothing again.
 */
import type { CompiledPolicy } from '@latchkey/policy/compile';
import type { ChunkSignatures } from '@latchkey/s3/chunked-body';
import type { BucketName, ObjectKey } from '@latchkey/s3/names';
import type { PostPolicy } from '@latchkey/s3/post-policy';
import type { ParsedTarget } from '@latchkey/sigv4/target';
import type { ObjectStore } from '@latchkey/storage/object-store';
import type { RecordStore } from '@latchkey/storage/record-store';
import type { UseStore } from '@latchkey/storage/use-store';
import type { AuditNotes } from './audit/event.ts';
import type { AuditTrail } from './audit/trail.ts';
import type { BucketAccessStore } from './bucket-access.ts';
import type { GuardrailStore } from './guardrails/store.ts';
import type { Identities } from './identity/identities.ts';
import type { Principal } from './identity/principals.ts';
import type { Links } from './links/links.ts';
import type { Revocations } from './links/revocations.ts';
import type { Terms } from './links/terms.ts';
import type { PublicAddress } from './public-address.ts';
import type { BucketRedirects } from './redirects/bucket-redirects.ts';
import type { Tags } from './request-context.ts';
import type { UploadRequests } from './upload-requests/upload-requests.ts';
import type { BucketNotifications } from './webhooks/bucket-notifications.ts';
import type { Events } from './webhooks/events.ts';
import type { Webhooks } from './webhooks/webhooks.ts';

/** A request as it came over the wire: nothing decoded, nothing believed. */
export type Incoming = {
  readonly method: string;
  readonly rawTarget: string;
  /** Names in lower case, in the order sent, duplicates kept. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: RequestBytes;
  readonly peer: Peer;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
};

export type Peer = { readonly address: string; readonly secure: boolean };

/** The bytes behind the head. Nothing is read, and no `100 Continue` is sent, before `stream` is called. */
export type RequestBytes = {
  /** What Content-Length says; `undefined` without. */
  readonly contentLength: number | undefined;
  /** Whether a body follows at all: neither Content-Length nor Transfer-Encoding means none. */
  readonly isPresent: boolean;
  stream(): AsyncIterable<Uint8Array>;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
};

/** After parse: what is addressed. */
export type Addressed = Incoming & {
  readonly target: ParsedTarget;
  readonly host: string;
  readonly style: 'path' | 'virtual';
  /** What of the path is the public URL's own; usually nothing. */
  readonly pathPrefix: string;
  /** Of a call of IAM, STS or Latchkey itself, which is a form and not an address. */
  readonly call?: QueryCall | undefined;
} & Resource;

/** A call in the query protocol: an action and its parameters. */
export type QueryCall = {
  readonly action: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** What the signature has to cover: the SHA-256 of the body, in hex; a function where the body is not read before the access key is known. */
  readonly bodyHash: string | (() => Promise<string>);
};

export type Resource =
  | { readonly scope: 'service'; readonly bucket?: undefined; readonly key?: undefined }
  | { readonly scope: 'bucket'; readonly bucket: BucketName; readonly key?: undefined }
  | { readonly scope: 'object'; readonly bucket: BucketName; readonly key: ObjectKey };

/** After authenticate: who is asking, and how they said so. */
export type Authenticated = Addressed & {
  readonly operation: Operation;
  readonly principal: Principal;
  readonly signature: SignatureFacts | undefined;
  /** Of a form upload: its `headers` then are the form's fields, which the policy covers, and not the request's, which nothing does. */
  readonly form?: PostedForm | undefined;
};

/** After admit: the terms it came with hold, as far as they can be judged before its body. */
export type Admitted = Authenticated & {
  /** Of the link, or signed into the URL. */
  readonly terms?: Terms | undefined;
};

/** A form upload whose signature and policy hold. */
export type PostedForm = {
  /** By lower-case name. */
  readonly fields: ReadonlyMap<string, string>;
  readonly key: ObjectKey;
  /** As the browser calls it. */
  readonly fileName: string | undefined;
  /** The file. Has to be read, or the request ends without. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** `undefined` where nobody signed. */
  readonly policy: PostPolicy | undefined;
};

/** How the request was signed: what policies, guardrails and the body reader want to know. */
export type SignatureFacts = {
  readonly authType: 'REST-HEADER' | 'REST-QUERY-STRING' | 'POST';
  readonly version: 'AWS4-HMAC-SHA256' | 'AWS';
  /** Milliseconds since the epoch; `undefined` for SigV2, which does not say. */
  readonly signedAt: number | undefined;
  /** The value the signature covers in place of the body: 64 hex digits, UNSIGNED-PAYLOAD, or a STREAMING-… word. */
  readonly payloadHash: string;
  /** Of a request signed in its headers: their names, in lower case. */
  readonly signedHeaders?: readonly string[] | undefined;
  /** Checks chunk signatures that continue this one. Only with the STREAMING-AWS4-HMAC-SHA256-… words. */
  readonly chunks?: ChunkSignatures | undefined;
};

/** One thing a request needs to be allowed. */
export type Permission = {
  readonly action: string;
  readonly resource: string;
  /** Condition keys, in lower case, that this call brings along. */
  readonly context?: ReadonlyMap<string, readonly string[]> | undefined;
  /** Of a role that is to be assumed: its trust policy has to allow it too. */
  readonly trust?: CompiledPolicy | undefined;
};

declare const authorised: unique symbol;
/**
 * After authorise: only `authorise.ts` makes one, and `run` takes nothing else, so an operation without its check does not compile.
 */
export type Authorised = Admitted & {
  readonly [authorised]: true;
  /** Whether the principal may also do this, with a bucket that `needs` or the address names: for 404 or 403. */
  may(permission: Permission): boolean;
  /** Throws AccessDenied unless the principal may do this: for decisions that wait for the body, per key or on the tags it brings. */
  demand(permission: Permission, facts?: { readonly requestTags?: Tags }): Promise<void>;
};

/** What operations work with. */
export type Stores = {
  readonly objects: ObjectStore;
  readonly records: RecordStore;
  readonly uses: UseStore;
  readonly identities: Identities;
  readonly access: BucketAccessStore;
  readonly guardrails: GuardrailStore;
  readonly links: Links;
  readonly revocations: Revocations;
  readonly uploadRequests: UploadRequests;
  readonly trail: AuditTrail;
  readonly webhooks: Webhooks;
  readonly notifications: BucketNotifications;
  readonly redirects: BucketRedirects;
  readonly events: Events;
};

export type Site = {
  readonly region: string;
  /** Stable for the installation; shown as the owner of every bucket and object. */
  readonly owner: { readonly id: string; readonly displayName: string };
  /** 12 digits, stable for the installation, as in ARNs. */
  readonly accountId: string;
  /** `x-amz-id-2`, and HostId in error documents: which process answered. */
  readonly hostId: string;
  /** How clients reach this server, where that is not how it is reached itself; the first is the one to show. */
  readonly publicAddresses: readonly PublicAddress[];
  /** Where downloads may be redirected to, as a Content-Security-Policy names it. */
  readonly directSources: string | undefined;
  /** Whether types that a browser would run as a page are answered so that it does not. */
  readonly sandboxesActiveContent: boolean;
  /** Which signatures are accepted besides SigV4's, and what may stand beside one. */
  readonly signatures: SignatureRules;
  /** Names under which `BUCKET.NAME` is virtual-host style. */
  readonly domains: readonly string[];
  /** Whether a browser's Origin is that of the console address: its pages may use the S3 address whatever a bucket's CORS rules say. */
  isConsoleOrigin(origin: string, host: string | undefined): boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

export type SignatureRules = {
  /** Whether SigV2 is accepted in pre-signed URLs and forms. */
  readonly sigv2: boolean;
  /** Whether a foreign Authorization header (Bearer, Basic) beside a pre-signed URL is ignored, instead of refusing both as S3 does. */
  readonly ignoreForeignAuthorization: boolean;
};

export type ReplyBody = Uint8Array | AsyncIterable<Uint8Array>;

export type Reply = {
  readonly status: number;
  /** Names and values in turn, as node:http takes them. Values are Latin-1 without line ends. */
  readonly headers: readonly string[];
  readonly body?: ReplyBody | undefined;
  /** Needed with a streamed body; the connection is cut where the stream ends before. */
  readonly contentLength?: number | undefined;
  /** Lets go of what a streamed body holds open, where it is not read after all: a stream that nobody has begun to read knows no end. */
  readonly close?: (() => Promise<void>) | undefined;
  /** Called once: when the system has taken the last byte, or the connection is gone. Never throws. */
  readonly ended?: ((end: ReplyEnd) => void) | undefined;
  /** For the audit trail: never sent. */
  readonly notes?: AuditNotes | undefined;
};

export type ReplyEnd = {
  /** Whether all of it was handed over. */
  readonly isComplete: boolean;
  /** Of the body: how many were, the chunk included that was on its way. */
  readonly bytes: number;
};

/** PATCH is the JSON API's; S3 has none. */
export type Method = 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';

export type QueryService = 'iam' | 'sts' | 'latchkey';

/** An operation: what it matches, what it needs, what it does. One value in one file. */
export type Operation = {
  /** S3's own name. */
  readonly name: string;
  readonly method: Method;
  readonly scope: Resource['scope'];
  /** The query parameter that selects it, e.g. `uploads`; none for the plain operation. */
  readonly subresource?: string | undefined;
  /** How it is authenticated: `form` reads the fields of an HTML form, `web-identity` an issuer's token, everything else the head of the request. */
  readonly authenticatedBy?: 'form' | 'web-identity' | undefined;
  /** Of a call in the query protocol: the service its signature names. */
  readonly service?: QueryService | undefined;
  /** A header that selects it over the operation without, e.g. `x-amz-copy-source`. */
  readonly header?: string | undefined;
  needs(request: Authenticated, stores: Stores, site: Site): readonly Permission[] | Promise<readonly Permission[]>;
  /** Without a promise where the reply is at hand. */
  run(request: Authorised, stores: Stores, site: Site): Reply | Promise<Reply>;
};
