/** A form upload as one more way to authenticate: the signature is over the policy, and the policy says what the fields may be. */
import { expandedKey, formKey, requiredField } from '@latchkey/s3/post-form';
import { checkPostPolicy, type PostPolicy, parsePostPolicy } from '@latchkey/s3/post-policy';
import type { VerifyRules } from '@latchkey/sigv4/rules';
import { refuseToken } from '@latchkey/sigv4/verify';
import { checkPostSignature, readPostAuthentication } from '@latchkey/sigv4/verify-post';
import { linkOf, type Principal } from '../identity/principals.ts';
import type { Addressed, PostedForm, SignatureFacts } from '../pipeline.ts';
import { formOfRequest } from '../upload-requests/form-upload.ts';
import type { CredentialLookUp } from './authenticate.ts';
import { readForm, type UploadForm } from './read-form.ts';
import { refused } from './refused.ts';

export type AuthenticatedForm = {
  readonly principal: Principal;
  readonly signature: SignatureFacts | undefined;
  readonly form: PostedForm;
};

/** Throws what is wrong with the form, its signature or its policy, in this order; the file has not been read then. */
export async function authenticateForm(request: Addressed, rules: VerifyRules, lookUp: CredentialLookUp): Promise<AuthenticatedForm> {
  const form = await readForm(request);
  const { fields, file } = form;
  requiredField(fields, 'key');
  const authentication = readPostAuthentication(fields, rules);
  if (authentication.kind === 'refused') throw refused(authentication.refusal);
  if (authentication.kind === 'anonymous') {
    return { principal: { kind: 'anonymous' }, signature: undefined, form: posted(form, undefined) };
  }

  const { accessKeyId, sessionToken } = authentication;
  const found = await lookUp(accessKeyId);
  if (found === undefined) throw refused({ kind: 'unknown-access-key', accessKeyId });
  const wrongToken = refuseToken(accessKeyId, sessionToken, found, rules.now);
  if (wrongToken !== undefined) throw refused(wrongToken);
  const checked = checkPostSignature(authentication, found.secretAccessKey);
  if (!checked.ok) throw refused(checked.refusal);

  const policy = parsePostPolicy(authentication.policy);
  const meant = new Map([...fields, ['key', expandedKey(fields, file.name)]]);
  checkPostPolicy(policy, { fields: meant, bucket: request.bucket ?? '', now: rules.now.getTime() });
  const upload = linkOf(found.principal)?.upload;
  const isV4 = authentication.kind === 'v4-form';
  return {
    principal: found.principal,
    signature: {
      authType: 'POST',
      version: isV4 ? 'AWS4-HMAC-SHA256' : 'AWS',
      signedAt: isV4 ? authentication.signedAt.getTime() : undefined,
      payloadHash: 'UNSIGNED-PAYLOAD',
    },
    form: posted({ fields, file }, policy, upload && formOfRequest(upload.request, { fields, file }, rules.now.getTime())),
  };
}

/** `meant` is what it means to an upload request, which gives keys and types itself. */
function posted({ fields, file }: UploadForm, policy: PostPolicy | undefined, meant?: Pick<PostedForm, 'fields' | 'key'>): PostedForm {
  const { name: fileName, bytes } = file;
  return { ...(meant ?? { fields, key: formKey(fields, fileName) }), fileName, bytes, policy };
}
