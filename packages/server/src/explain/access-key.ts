/** Why an access key id is nobody's, for operators: whoever uses it is only told that it is not known. */
import { accessKeys, users } from '../identity/model.ts';
import { findSession } from '../identity/sessions.ts';
import { LINK_PREFIX } from '../links/link-id.ts';
import { LINK, type Link } from '../links/model.ts';
import type { Stores } from '../pipeline.ts';

export async function describeAccessKey(id: string, { records, identities }: Stores): Promise<string> {
  // Temporary credentials are known, and refused like unknown ones where their token is missing.
  if ((await identities.find(id)) !== undefined)
    return `The access key ${id} is a temporary one, and its session token does not come with it.`;
  if (id.startsWith(LINK_PREFIX)) return describeLink(id, records);
  const session = await findSession(records, id);
  if (session !== undefined) {
    const starter = session.issuer === undefined ? '' : ` or the access key ${session.issuer} that began it`;
    return `The session of the access key ${id} is over before its time: its user, its role${starter} is gone or inactive.`;
  }
  const key = (await accessKeys.get(records, id))?.value;
  if (key === undefined || key.id !== id) return `There is no access key ${id}: it was deleted, or never made here.`;
  if (key.status !== 'Active') return `The access key ${id} of the user ${key.user} is inactive.`;
  const user = (await users.get(records, key.user))?.value;
  if (user?.uniqueId !== key.userId) return `The user ${key.user} of the access key ${id} is gone.`;
  return `The access key ${id} is not accepted.`;
}

async function describeLink(id: string, records: Stores['records']): Promise<string> {
  const link = (await records.get(LINK, id))?.value as unknown as Link | undefined;
  if (link === undefined) return `There is no link ${id}: it was never made here, or ended long ago.`;
  return `The link ${id} was made by ${link.createdBy}, who is gone.`;
}
