/** Files by the form of a request's page, for browsers without scripts: what it is called and how large it is shows when it comes. */
import { S3Error } from '@latchkey/s3/errors';
import { type ObjectKey, objectKey } from '@latchkey/s3/names';
import { presignPost } from '@latchkey/sigv4/presign-post';
import type { RecordStore } from '@latchkey/storage/record-store';
import type { UseStore } from '@latchkey/storage/use-store';
import type { UploadForm } from '../authenticate/read-form.ts';
import { plainAddress } from '../forwarded.ts';
import type { Authorised, PostedForm, Reply, Site } from '../pipeline.ts';
import { type Counting, left, readCounts } from './counts.ts';
import { shownFileName } from './file-name.ts';
import { expandTemplate, isUnique } from './key-template.ts';
import { type Delivery, newDeliveryId, type UploadRequest } from './model.ts';
import type { Signing } from './signed-upload.ts';
import { typeOfName } from './type-of-name.ts';
import { secretOf } from './upload-credentials.ts';

export type SignedForm = { readonly url: string; readonly fields: Readonly<Record<string, string>> };

/** A page may stay open for a day. */
const GOOD_FOR_SECONDS = 24 * 3600;
/** Signed with the rest, kept by nobody: whose the file is. */
const DELIVERER = 'x-ignore-latchkey-deliverer';
const MOST_BYTES = 5 * 1024 ** 3;

/** `back` is where a browser goes once the file has come. */
export function signedForm(request: UploadRequest, signing: Signing, { deliverer, back }: { deliverer: string; back: string }): SignedForm {
  const { bucket, keyPrefix, endpoint, style, id, terms } = request;
  return presignPost({
    bucket,
    key: `${keyPrefix}\${filename}`,
    endpoint,
    style,
    region: signing.region,
    credentials: { accessKeyId: id, secretAccessKey: secretOf(request, id, signing.sealer) },
    expiresIn: GOOD_FOR_SECONDS,
    now: new Date(signing.now),
    minSize: terms.minSize,
    maxSize: terms.maxSize,
    fields: { [DELIVERER]: deliverer, success_action_redirect: back },
  });
}

/** What the form means: the key by the request's template, the type that the browser gives the file. */
export function formOfRequest(request: UploadRequest, { fields, file }: UploadForm, now: number): Pick<PostedForm, 'fields' | 'key'> {
  const { keyPrefix, keyTemplate } = request;
  const template = isUnique(keyTemplate) || request.terms.noOverwrite !== true ? keyTemplate : keyTemplate.replace('{name}', '{id}-{name}');
  const key: ObjectKey = objectKey(keyPrefix + expandTemplate(template, { name: file.name ?? '', now }));
  // That is what browsers say of a type they do not know.
  const isKnown = file.type !== undefined && file.type !== 'application/octet-stream';
  const type = isKnown ? file.type : (typeOfName(file.name ?? '') ?? 'application/octet-stream');
  return { key, fields: new Map([...fields, ['content-type', type]]) };
}

export type FormContext = {
  readonly records: RecordStore;
  readonly counts: Counting;
  readonly uses: UseStore;
  readonly site: Site;
  readonly settled: (delivery: Delivery) => Promise<Delivery>;
};

/** Keeps a place of the size that may come, and gives back what did not. */
export async function throughForm(
  request: Authorised,
  of: UploadRequest,
  store: (request: Authorised) => Promise<Reply>,
  { records, counts, uses, site, settled }: FormContext,
): Promise<Reply> {
  const { form, body, peer } = request;
  if (form === undefined) throw new Error('a form upload without its form');
  const now = site.now();
  const room = left(of, await readCounts(records, of.id)).bytes ?? Number.POSITIVE_INFINITY;
  if (room === 0) throw new S3Error('LimitExceeded', { fields: { Reason: 'bytes' } });
  const bound = Math.min(of.terms.maxSize ?? MOST_BYTES, body.contentLength ?? MOST_BYTES, room);
  const delivery: Delivery = {
    id: newDeliveryId(of.id, now),
    requestId: of.id,
    key: form.key,
    name: shownFileName(form.fileName ?? ''),
    type: form.fields.get('content-type') ?? 'application/octet-stream',
    sizeBytes: bound,
    lastModified: 0,
    status: 'open',
    by: 'form',
    createdAt: now,
    deliverer: form.fields.get(DELIVERER) ?? '',
    address: plainAddress(peer.address),
  };
  await counts.reserve(of, now, () => delivery);
  const upload = { kind: 'upload', client: delivery.address, version: '', sizeBytes: 0, wantedBytes: 0, isRange: false } as const;
  const use = await uses.begin({ subject: delivery.id, maxUses: 1, now, forgetAfter: of.extendableUntil, ...upload });
  let sizeBytes = 0;
  let isStored = false;
  async function* counted(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > bound)
        throw new S3Error('EntityTooLarge', { fields: { ProposedSize: String(sizeBytes), MaxSizeAllowed: String(bound) } });
      yield chunk;
    }
  }
  try {
    const reply = await store({ ...request, form: { ...form, bytes: counted(form.bytes) } });
    isStored = true;
    await settled({ ...delivery, sizeBytes });
    return reply;
  } finally {
    if (!isStored) await counts.giveBack(delivery);
    if (use.granted)
      await uses.end({
        subject: delivery.id,
        useId: use.useId,
        turnId: use.turnId,
        now: site.now(),
        deliveredBytes: 0,
        completed: isStored,
      });
  }
}
