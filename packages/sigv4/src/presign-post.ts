import { type AddressOptions, addressOf } from './address.ts';
import { base64, utf8 } from './bytes.ts';
import { signature } from './canonical.ts';
import { type Credentials, checkCredentials } from './credentials.ts';
import { type Duration, seconds } from './duration.ts';
import { count } from './option-values.ts';
import { checkCoverage, fieldOf, type PostCondition } from './post-conditions.ts';
import { ALGORITHM, amzDate, scopeText } from './scope.ts';
import { SigningOptionError } from './signing-option-error.ts';

/** What a form may upload. The object is never written to. */
export type PresignPostOptions = Omit<AddressOptions, 'bucket' | 'key' | 'allowDotSegments'> & {
  readonly bucket: string;
  /** The one key to upload to; `${filename}` in it stands for the name of the file that is chosen. */
  readonly key?: string | undefined;
  /** Instead of `key`: any key that starts with this. The form's own is the prefix and the file's name. */
  readonly keyPrefix?: string | undefined;
  readonly credentials: Credentials;
  /** How long the form may be used: seconds, or such as '15m', '1h', '7d' (the most). */
  readonly expiresIn: Duration;
  /** Default: the clock. */
  readonly now?: Date | undefined;
  /** The greatest size of the file, in bytes. Without it the holder of the form may upload as much as S3 takes (5 GiB). */
  readonly maxSize?: number | undefined;
  /** The least size of the file, in bytes. Default 0. */
  readonly minSize?: number | undefined;
  /** The type the file must have; `image/*` for any image, which the form's own Content-Type field then has to say. */
  readonly contentType?: string | undefined;
  /** Further fields (`acl`, `success_action_status`, `x-amz-meta-…`); each is fixed to its value unless a condition of yours speaks of it. */
  readonly fields?: Readonly<Record<string, string>> | undefined;
  /** Further conditions of the policy, as S3 writes them. */
  readonly conditions?: readonly PostCondition[] | undefined;
};

/** A form that whoever holds it may send. */
export type PresignedPost = {
  /** The form's action. */
  readonly url: string;
  /** The form's fields; the file comes after all of them. */
  readonly fields: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
  /** The form with a file in it, ready to be the body of a `fetch`. `extraFields` are those that conditions leave open. */
  readonly toFormData: (file: Blob, extraFields?: Readonly<Record<string, string>>) => FormData;
};

/**
 * Signs an HTML form (a POST policy) for uploads straight to the bucket, offline and synchronously.
 * Throws {@link SigningOptionError} for a form that S3 would refuse: a field no condition allows, a field that breaks its condition, more than 20 KB.
 *
 * @example presignPost({ bucket: 'inbox', keyPrefix: 'ada/', maxSize: 5_000_000, region: 'eu-west-1', credentials, expiresIn: '1h' })
 */
export function presignPost(options: PresignPostOptions): PresignedPost {
  const { bucket, region, credentials, now = new Date() } = options;
  checkCredentials(credentials);
  if (!bucket) throw new SigningOptionError('bucket', 'must be given.');
  if (Number.isNaN(now.getTime())) throw new SigningOptionError('now', 'must be a valid date.');
  const { protocol, host, path } = addressOf({ bucket, region, endpoint: options.endpoint, style: options.style });
  const expiresAt = new Date(now.getTime() + seconds('expiresIn', options.expiresIn) * 1000);
  const date = amzDate(now);
  const scope = { date: date.slice(0, 8), region, service: 's3' };
  const signing = {
    'x-amz-algorithm': ALGORITHM,
    'x-amz-credential': `${credentials.accessKeyId}/${scopeText(scope)}`,
    'x-amz-date': date,
    ...(credentials.sessionToken ? { 'x-amz-security-token': credentials.sessionToken } : {}),
  };
  const wanted = wantedOf(options);
  const fields: Record<string, string> = { ...wanted.fields, ...options.fields, ...signing };
  const stated = [...wanted.conditions, ...(options.conditions ?? [])];
  const conditions = [{ bucket }, ...stated, ...fixed(fields, stated)];
  checkCoverage(fields, conditions);

  const expiration = `${expiresAt.toISOString().slice(0, 19)}Z`;
  const policy = base64(utf8(JSON.stringify({ expiration, conditions })));
  const signed = { ...fields, policy, 'x-amz-signature': signature(credentials.accessKeyId, credentials.secretAccessKey, scope, policy) };
  checkSize(signed);
  return {
    url: `${protocol}//${host}${path}`,
    fields: signed,
    expiresAt,
    toFormData: (file, extraFields) => formData({ ...openType(file, stated), ...signed, ...extraFields }, file),
  };
}

/** What S3 replaces with the name of the file that was chosen. */
const FILE_NAME = '$' + '{filename}';

type Wanted = { readonly fields: Record<string, string>; readonly conditions: readonly PostCondition[] };

/** Key, size and type as fields and conditions. */
function wantedOf(options: PresignPostOptions): Wanted {
  const { key, keyPrefix, contentType, minSize = 0, maxSize } = options;
  if ((key === undefined) === (keyPrefix === undefined))
    throw new SigningOptionError('key', 'must be given, or keyPrefix instead; not both.');
  if (key === '') throw new SigningOptionError('key', 'must not be empty.');
  const formKey = key ?? `${keyPrefix}${FILE_NAME}`;
  const fields: Record<string, string> = { key: formKey };
  const conditions: PostCondition[] = [];
  if (formKey.includes(FILE_NAME)) conditions.push(['starts-with', '$key', formKey.slice(0, formKey.indexOf(FILE_NAME))]);
  if (contentType?.endsWith('*')) conditions.push(['starts-with', '$Content-Type', contentType.slice(0, -1)]);
  else if (contentType !== undefined) fields['Content-Type'] = contentType;
  count('minSize', minSize, 0);
  if (maxSize !== undefined) count('maxSize', maxSize, minSize);
  if (maxSize !== undefined || minSize > 0) conditions.push(['content-length-range', minSize, maxSize ?? LARGEST_UPLOAD]);
  return { fields, conditions };
}

/** As much as S3 takes in one request: 5 GiB. */
const LARGEST_UPLOAD = 5 * 1024 ** 3;

/** An equality for each field that no condition speaks of. */
function fixed(fields: Readonly<Record<string, string>>, stated: readonly PostCondition[]): readonly PostCondition[] {
  const spokenOf = new Set(stated.map(fieldOf));
  return Object.entries(fields)
    .filter(([name]) => !spokenOf.has(name.toLowerCase()))
    .map(([name, value]) => ({ [name]: value }));
}

/** S3 takes at most 20 KB before the file. Counted as a form is sent: names, values and about 100 bytes around each. */
function checkSize(fields: Readonly<Record<string, string>>): void {
  const sizeBytes = Object.entries(fields).reduce((sum, [name, value]) => sum + utf8(name + value).length + 100, 0);
  if (sizeBytes > 20_480) throw new SigningOptionError('fields', `and policy take ${sizeBytes} bytes; S3 accepts 20480 before the file.`);
}

/** The file's own type, where a condition such as `image/*` leaves it to the form. */
const openType = (file: Blob, stated: readonly PostCondition[]): Record<string, string> =>
  file.type !== '' && stated.some((condition) => fieldOf(condition) === 'content-type') ? { 'Content-Type': file.type } : {};

function formData(fields: Readonly<Record<string, string>>, file: Blob): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  // Last: S3 ignores every field after the file.
  form.append('file', file);
  return form;
}
