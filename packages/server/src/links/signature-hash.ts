/** A signature by which a URL or a form is known without showing it: whoever reads the hash can use nothing with it. */
import { hash } from 'node:crypto';
import type { Authenticated } from '../pipeline.ts';

/** SHA-256 of the decoded signature, in hex; `undefined` where the request is not pre-signed. */
export function signatureHash({ signature, target, form }: Pick<Authenticated, 'signature' | 'target' | 'form'>): string | undefined {
  if (signature === undefined || signature.authType === 'REST-HEADER') return undefined;
  const isV4 = signature.version === 'AWS4-HMAC-SHA256';
  const text =
    form === undefined
      ? target.query.find(({ name }) => name === (isV4 ? 'X-Amz-Signature' : 'Signature'))?.value
      : form.fields.get(isV4 ? 'x-amz-signature' : 'signature');
  return text === undefined ? undefined : hashOfSignature(text, isV4);
}

/** `text` is as in the URL: hex in SigV4, base64 in SigV2, where a plus that became a space on its way is a plus. */
export function hashOfSignature(text: string, isV4: boolean): string {
  const bytes = isV4 ? Buffer.from(text, 'hex') : Buffer.from(text.replaceAll(' ', '+'), 'base64');
  return hash('sha256', bytes, 'hex');
}
