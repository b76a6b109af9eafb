/** A rule of revocation as the JSON API shows it, and in words. */
import { words } from '../words/words.ts';

export type Rule = {
  readonly id: string;
  readonly by: string;
  readonly accessKeyId?: string;
  readonly user?: string;
  readonly role?: string;
  readonly bucket?: string;
  readonly prefix?: string;
  readonly label?: string;
  readonly signedBefore: string;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly cut: boolean;
};

/** What it refuses: `the label spring`. */
export function ruleText({ by, label = '', user = '', role = '', accessKeyId = '', bucket = '', prefix = '' }: Rule): string {
  const text = words().links;
  switch (by) {
    case 'label':
      return text.ruleLabel(label);
    case 'user':
      return text.ruleUser(user);
    case 'role':
      return text.ruleRole(role);
    case 'access-key':
      return text.ruleAccessKey(accessKeyId);
    case 'bucket':
      return text.ruleBucket(bucket);
    case 'prefix':
      return text.rulePrefix(`${bucket}/${prefix}`);
    default:
      return text.ruleAll;
  }
}
