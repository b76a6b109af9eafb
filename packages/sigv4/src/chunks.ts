import { sha256Hex } from '#sha256';
import { equalInConstantTime } from './bytes.ts';
import { type Scope, scopeText } from './scope.ts';
import { signingKey } from './signing-key.ts';

/**
 * The signatures along an aws-chunked body: each signs the one before it, so no chunk can be left out, repeated or moved. The first one
 * signs the seed, which is the signature of the request's head.
 */
export type ChunkSigner = {
  /** The signature of the next chunk, 64 lower-case hex digits; `dataHash` is the SHA-256 of its data in hex. The last chunk has no data. */
  readonly chunk: (dataHash: string) => string;
  /** The signature over the trailers, which ends the chain; `trailers` is every `name:value` line, each ended by a single LF. */
  readonly trailer: (trailers: string) => string;
  /** The string that was signed last: what S3 shows when a signature is wrong. */
  readonly lastStringToSign: () => string;
};

/** Who signs: the same credentials, scope and time as the head of the request. */
export type ChunkSignerOptions = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly scope: Scope;
  /** `yyyyMMddTHHmmssZ`, as the head of the request has it. */
  readonly amzDate: string;
  /** The signature of the head. */
  readonly seedSignature: string;
};

/** Starts the chain. Call `chunk` once for each chunk in order, the empty last one included, then `trailer` if there are trailers. */
export function chunkSigner(options: ChunkSignerOptions): ChunkSigner {
  const key = signingKey(options.accessKeyId, options.secretAccessKey, options.scope);
  const head = `${options.amzDate}\n${scopeText(options.scope)}`;
  let previous = options.seedSignature;
  let text = '';
  const next = (stringToSign: string): string => {
    text = stringToSign;
    previous = key(text);
    return previous;
  };
  return {
    chunk: (dataHash) => next(`AWS4-HMAC-SHA256-PAYLOAD\n${head}\n${previous}\n${EMPTY_HASH}\n${dataHash}`),
    trailer: (trailers) => next(`AWS4-HMAC-SHA256-TRAILER\n${head}\n${previous}\n${sha256Hex(trailers)}`),
    lastStringToSign: () => text,
  };
}

/** Checks the signatures along an aws-chunked body. After the first wrong one nothing further may be believed. */
export type ChunkVerifier = {
  readonly chunk: (dataHash: string, signature: string) => ChunkCheck;
  readonly trailer: (trailers: string, signature: string) => ChunkCheck;
};

/** Whether a chunk is the one that was signed; if not, the refusal that S3 gives. */
export type ChunkCheck =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly refusal: {
        readonly kind: 'signature-mismatch';
        readonly accessKeyId: string;
        readonly signatureProvided: string;
        readonly stringToSign: string;
      };
    };

/** The other side of {@link chunkSigner}, with the same options and the same order of calls. */
export function chunkVerifier(options: ChunkSignerOptions): ChunkVerifier {
  const signer = chunkSigner(options);
  const compare = (given: string, expected: string): ChunkCheck => {
    if (equalInConstantTime(given, expected)) return { ok: true };
    const { accessKeyId } = options;
    return {
      ok: false,
      refusal: { kind: 'signature-mismatch', accessKeyId, signatureProvided: given, stringToSign: signer.lastStringToSign() },
    };
  };
  return {
    chunk: (dataHash, signature) => compare(signature, signer.chunk(dataHash)),
    trailer: (trailers, signature) => compare(signature, signer.trailer(trailers)),
  };
}

/** SHA-256 of nothing. */
const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
