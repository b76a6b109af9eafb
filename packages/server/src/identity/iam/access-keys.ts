/** Access keys: two to a user, so that one can be changed for another without a gap. */
import { S3Error } from '@latchkey/s3/errors';
import { element, type XmlNode } from '@latchkey/s3/xml-writer';
import type { RecordStore } from '@latchkey/storage/record-store';
import type { Permission } from '../../pipeline.ts';
import { type Call, defineAction, listElement, timeElement } from '../../query/define-action.ts';
import { page } from '../../query/pages.ts';
import { userArn } from '../arns.ts';
import { changing } from '../documents.ts';
import { type AccessKey, accessKeys, users } from '../model.ts';
import { accessKeyId, secretAccessKey } from '../unique-ids.ts';
import { existing, noSuchEntity, onUserOrOwn, requiredUserNameOrOwn, USER } from './holders.ts';

const MAX_KEYS = 2;
const KEY_ID = { pattern: /^\w+$/, min: 16, max: 128 };

export const createAccessKey = defineAction('iam', {
  name: 'CreateAccessKey',
  needs: onUserOrOwn('iam:CreateAccessKey'),
  async run(call) {
    const { stores, site } = call;
    const name = requiredUserNameOrOwn(call);
    const id = accessKeyId('LKIA');
    const secret = secretAccessKey();
    const sealed = stores.identities.sealer.seal(secret, `access-key/${id}`);
    const key = await changing(stores.records, async () => {
      const { value: user, version } = await existing(stores.records, USER, name);
      if (user.accessKeys.length >= MAX_KEYS)
        throw new S3Error('LimitExceeded', { message: `Cannot exceed quota for AccessKeysPerUser: ${MAX_KEYS}` });
      const made: AccessKey = {
        id,
        user: user.name.toLowerCase(),
        userId: user.uniqueId,
        status: 'Active',
        createdAt: site.now(),
        secret: sealed,
      };
      const changes = [users.put(name, { ...user, accessKeys: [...user.accessKeys, id] }, version), accessKeys.put(id, made, 0)];
      return { changes, result: { userName: user.name, createdAt: made.createdAt } };
    });
    return [
      element('AccessKey', [
        element('UserName', key.userName),
        element('AccessKeyId', id),
        element('Status', 'Active'),
        element('SecretAccessKey', secret),
        timeElement('CreateDate', key.createdAt),
      ]),
    ];
  },
});

export const listAccessKeys = defineAction('iam', {
  name: 'ListAccessKeys',
  needs: onUserOrOwn('iam:ListAccessKeys'),
  async run(call) {
    const { parameters, stores } = call;
    const { value: user } = await existing(stores.records, USER, requiredUserNameOrOwn(call));
    const keys = await Promise.all(user.accessKeys.map((id) => accessKeys.get(stores.records, id)));
    const shown = page(
      keys.flatMap((key) => (key === undefined ? [] : [key.value])),
      ({ id }) => id,
      parameters,
    );
    return [
      element('UserName', user.name),
      listElement(
        'AccessKeyMetadata',
        shown.values.map((key) => metadata(key, user.name)),
      ),
      ...shown.end,
    ];
  },
});

export const updateAccessKey = defineAction('iam', {
  name: 'UpdateAccessKey',
  needs: onUserOrOwn('iam:UpdateAccessKey'),
  async run(call) {
    const { parameters, stores } = call;
    const id = parameters.required('AccessKeyId', KEY_ID);
    const status = parameters.required('Status', { pattern: /^(Active|Inactive)$/ }) as AccessKey['status'];
    const name = requiredUserNameOrOwn(call);
    await changing(stores.records, async () => {
      const { key, version } = await keyOf(stores.records, name, id);
      return { changes: [accessKeys.put(id, { ...key, status }, version)], result: undefined };
    });
    return undefined;
  },
});

export const deleteAccessKey = defineAction('iam', {
  name: 'DeleteAccessKey',
  needs: onUserOrOwn('iam:DeleteAccessKey'),
  async run(call) {
    const { parameters, stores } = call;
    const id = parameters.required('AccessKeyId', KEY_ID);
    const name = requiredUserNameOrOwn(call);
    await changing(stores.records, async () => {
      const { version } = await keyOf(stores.records, name, id);
      const user = await existing(stores.records, USER, name);
      const remaining = user.value.accessKeys.filter((other) => other !== id);
      const changes = [accessKeys.remove(id, version), users.put(name, { ...user.value, accessKeys: remaining }, user.version)];
      return { changes, result: undefined };
    });
    return undefined;
  },
});

export const getAccessKeyLastUsed = defineAction('iam', {
  name: 'GetAccessKeyLastUsed',
  async needs({ parameters, stores, site }: Call): Promise<readonly Permission[]> {
    const key = await accessKeys.get(stores.records, parameters.required('AccessKeyId', KEY_ID));
    const user = key === undefined ? undefined : await users.get(stores.records, key.value.user);
    return [{ action: 'iam:GetAccessKeyLastUsed', resource: user === undefined ? '*' : userArn(site.accountId, user.value) }];
  },
  async run({ parameters, stores }) {
    const id = parameters.required('AccessKeyId', KEY_ID);
    const key = (await accessKeys.get(stores.records, id))?.value;
    const user = key && (await users.get(stores.records, key.user))?.value;
    if (key?.id !== id || user === undefined) throw noSuchKey(id);
    const use = await stores.identities.lastUsed(id);
    return [
      element('UserName', user.name),
      element('AccessKeyLastUsed', [
        use === undefined ? undefined : timeElement('LastUsedDate', use.at),
        element('ServiceName', use?.service ?? 'N/A'),
        element('Region', use?.region ?? 'N/A'),
      ]),
    ];
  },
});

/** A key of this very user: somebody else's is none. */
async function keyOf(records: RecordStore, userName: string, id: string): Promise<{ key: AccessKey; version: number }> {
  await existing(records, USER, userName);
  const found = await accessKeys.get(records, id);
  if (found === undefined || found.value.id !== id || found.value.user !== userName.toLowerCase()) throw noSuchKey(id);
  return { key: found.value, version: found.version };
}

function noSuchKey(id: string): S3Error {
  return noSuchEntity(`The Access Key with id ${id} cannot be found.`);
}

function metadata({ id, status, createdAt }: AccessKey, userName: string): XmlNode[] {
  return [element('UserName', userName), element('AccessKeyId', id), element('Status', status), timeElement('CreateDate', createdAt)];
}
