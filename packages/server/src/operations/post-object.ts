import {
  type FormSuccess,
  formSuccess,
  formTags,
  type Posted,
  postLocation,
  postResponseXml,
  redirectLocation,
} from '@latchkey/s3/post-form';
import { checkMinimumSize, type PostPolicy, tooLarge } from '@latchkey/s3/post-policy';
import { formBody } from '../body.ts';
import type { Authenticated, PostedForm, Reply } from '../pipeline.ts';
import { bucketOperation } from './define.ts';
import { objectProperties } from './object-properties.ts';
import { bucketUrl } from './object-url.ts';
import { objectArn } from './permissions.ts';
import { MAX_PUT_BYTES, writtenHeaders } from './put-object.ts';

const encoder = new TextEncoder();

/** An upload by an HTML form. */
export const postObject = bucketOperation({
  name: 'PostObject',
  method: 'POST',
  authenticatedBy: 'form',
  needs: (request) => [{ action: 's3:PutObject', resource: objectArn(request.bucket, formOf(request).key) }],
  async run(request, { objects, events }, site) {
    const { key, fields, bytes, policy } = formOf(request);
    const tags = formTags(fields);
    const properties = { ...objectProperties(request), ...(tags === undefined ? {} : { tags }) };
    const body = await formBody(request, withinRange(bytes, policy));
    const written = await objects.putObject(request.bucket, key, body, properties, {
      announce: await events.ofObject(request, 'ObjectCreated:Post', key),
      // A form has no headers to ask for it; its link's terms may.
      condition: { ifNoneMatch: request.terms?.noOverwrite === true ? '*' : undefined },
      now: site.now(),
      signal: request.body.signal,
    });
    const posted = { location: postLocation(bucketUrl(request, site), key), bucket: request.bucket, key, etag: written.etag };
    return successReply(formSuccess(fields), posted, writtenHeaders(written));
  },
});

function formOf(request: Authenticated): PostedForm {
  if (request.form === undefined) throw new Error('a form operation without its form');
  return request.form;
}

/** Counts the bytes as they come: cut off as soon as there are too many, refused at the end where there are too few. */
async function* withinRange(bytes: AsyncIterable<Uint8Array>, policy: PostPolicy | undefined): AsyncGenerator<Uint8Array> {
  const max = Math.min(policy?.sizeRange?.max ?? MAX_PUT_BYTES, MAX_PUT_BYTES);
  let sizeBytes = 0;
  for await (const chunk of bytes) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > max) throw tooLarge(max, sizeBytes);
    yield chunk;
  }
  if (policy !== undefined) checkMinimumSize(policy, sizeBytes);
}

function successReply(success: FormSuccess, posted: Posted, headers: readonly string[]): Reply {
  if (success.kind === 'redirect') return { status: 303, headers: [...headers, 'Location', redirectLocation(success.url, posted)] };
  const described = [...headers, 'Location', posted.location];
  if (success.status !== 201) return { status: success.status, headers: described };
  return { status: 201, headers: [...described, 'Content-Type', 'application/xml'], body: encoder.encode(postResponseXml(posted)) };
}
