/** What a new rule of revocation is about, made sure of. */
import { invalidArgument } from '@latchkey/s3/errors';
import { bucketName } from '@latchkey/s3/names';
import { bucketArn, objectArn } from '../operations/permissions.ts';
import type { NewRevocation } from './links.ts';
import type { RevocationTarget } from './model.ts';

/** Only what a rule is about, without what else came along. Throws InvalidArgument, InvalidBucketName. */
export function checkedTarget(rule: NewRevocation): RevocationTarget {
  switch (rule.by) {
    case 'access-key':
      return { by: rule.by, accessKeyId: named('accessKeyId', rule.accessKeyId) };
    case 'user':
      return { by: rule.by, user: named('user', rule.user) };
    case 'role':
      return { by: rule.by, role: named('role', rule.role) };
    case 'bucket':
      return { by: rule.by, bucket: bucketName(rule.bucket) };
    case 'prefix':
      return { by: rule.by, bucket: bucketName(rule.bucket), prefix: named('prefix', rule.prefix, 1024) };
    case 'label':
      return { by: rule.by, label: named('label', rule.label) };
    case 'all':
      return { by: rule.by };
    default:
      throw invalidArgument('Nothing is revoked by this.', 'by', rule.by);
  }
}

function named(name: string, text: string, most = 256): string {
  if (text === '' || text.length > most) throw invalidArgument(`${name} has 1 to ${most} characters.`, name, text.slice(0, 100));
  return text;
}

/** What `latchkey:RevokeUrl` is needed on. */
export function resourceOf(target: RevocationTarget, accountId: string): string {
  switch (target.by) {
    case 'user':
      return `arn:aws:iam::${accountId}:user/${target.user}`;
    case 'role':
      return `arn:aws:iam::${accountId}:role/${target.role}`;
    case 'bucket':
      return bucketArn(target.bucket);
    case 'prefix':
      return objectArn(target.bucket, `${target.prefix}*`);
    default:
      return '*';
  }
}
