/** Tags of users, roles and policies. */
import { S3Error } from '@latchkey/s3/errors';
import { element, type XmlNode } from '@latchkey/s3/xml-writer';
import type { Operation } from '../../pipeline.ts';
import { defineAction, listElement } from '../../query/define-action.ts';
import { page } from '../../query/pages.ts';
import { changing } from '../documents.ts';
import type { PolicyHolder, Tag } from '../model.ts';
import { existing, type HolderSort, holderName, onHolder, ROLE, USER } from './holders.ts';

type Tagged = PolicyHolder & { readonly tags: readonly Tag[] };
const SORTS: readonly HolderSort<Tagged>[] = [USER, ROLE];

/** TagUser, UntagUser, ListUserTags, and the same for roles. */
export const tagActions: readonly Operation[] = SORTS.flatMap((sort) => {
  const { title, documents } = sort;
  return [
    defineAction('iam', {
      name: `Tag${title}`,
      needs: onHolder(sort, `iam:Tag${title}`),
      async run({ parameters, stores: { records } }) {
        const name = holderName(parameters, title);
        const given = parameters.tags();
        await changing(records, async () => {
          const { value, version } = await existing(records, sort, name);
          const tags = [
            ...without(
              value.tags,
              given.map(({ key }) => key),
            ),
            ...given,
          ];
          if (tags.length > 50) throw new S3Error('LimitExceeded', { message: 'The number of tags has reached the maximum limit.' });
          return { changes: [documents.put(name, { ...value, tags }, version)], result: undefined };
        });
        return undefined;
      },
    }),
    defineAction('iam', {
      name: `Untag${title}`,
      needs: onHolder(sort, `iam:Untag${title}`),
      async run({ parameters, stores: { records } }) {
        const name = holderName(parameters, title);
        const keys = parameters.list('TagKeys');
        await changing(records, async () => {
          const { value, version } = await existing(records, sort, name);
          return { changes: [documents.put(name, { ...value, tags: without(value.tags, keys) }, version)], result: undefined };
        });
        return undefined;
      },
    }),
    defineAction('iam', {
      name: `List${title}Tags`,
      needs: onHolder(sort, `iam:List${title}Tags`),
      async run({ parameters, stores: { records } }) {
        const { value } = await existing(records, sort, holderName(parameters, title));
        const { values, end } = page(value.tags, ({ key }) => key, parameters);
        return [tagList(values), ...end];
      },
    }),
  ];
});

export function tagList(tags: readonly Tag[]): XmlNode {
  return listElement(
    'Tags',
    tags.map(({ key, value }) => [element('Key', key), element('Value', value)]),
  );
}

function without(tags: readonly Tag[], keys: readonly string[]): readonly Tag[] {
  const gone = new Set(keys.map((key) => key.toLowerCase()));
  return tags.filter(({ key }) => !gone.has(key.toLowerCase()));
}
