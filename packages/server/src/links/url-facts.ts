/** What a pre-signed URL of this server is, as far as it says itself: for revoking it, and for finding it in the audit trail. */
import { parseCredential } from '@latchkey/sigv4/credential-scope';
import { parseAmzDate } from '@latchkey/sigv4/scope';
import { parameterOf, splitUrl, type UrlParts } from '@latchkey/sigv4/signed-url';
import { isLinkId } from './link-id.ts';
import { hashOfSignature } from './signature-hash.ts';

export type PresignedUrlFacts = {
  readonly parts: UrlParts;
  readonly accessKeyId: string;
  /** Of a link's URL. */
  readonly linkId?: string | undefined;
  /** SHA-256 of the decoded signature, in hex: what the audit trail and revocations know a URL by. */
  readonly signatureHash: string;
  /** Milliseconds since the epoch; SigV2 does not say. */
  readonly signedAt?: number | undefined;
  readonly expiresAt: number;
};

/** `undefined` for what is no pre-signed URL. Nothing is looked up and nothing verified. */
export function presignedUrlFacts(url: string): PresignedUrlFacts | undefined {
  const parts = splitUrl(url);
  if (parts === undefined) return undefined;
  const value = (name: string) => parameterOf(parts.target, name);
  const v4 = value('X-Amz-Signature');
  const accessKeyId = parseCredential(value('X-Amz-Credential') ?? '')?.accessKeyId ?? value('AWSAccessKeyId');
  const signature = v4 ?? value('Signature');
  if (signature === undefined || accessKeyId === undefined) return undefined;
  const signedAt = v4 === undefined ? undefined : parseAmzDate(value('X-Amz-Date') ?? '')?.getTime();
  const expiresAt = v4 === undefined ? Number(value('Expires')) * 1000 : (signedAt ?? Number.NaN) + Number(value('X-Amz-Expires')) * 1000;
  if (!Number.isFinite(expiresAt)) return undefined;
  const linkId = isLinkId(accessKeyId) ? accessKeyId : undefined;
  return { parts, accessKeyId, linkId, signatureHash: hashOfSignature(signature, v4 !== undefined), signedAt, expiresAt };
}
