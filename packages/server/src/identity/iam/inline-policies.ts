/** Inline policies: those that belong to one user, group or role and go with it. */
import { POLICY_PLACES, policySize } from '@latchkey/policy/limits';
import { S3Error } from '@latchkey/s3/errors';
import { element } from '@latchkey/s3/xml-writer';
import type { Operation } from '../../pipeline.ts';
import { defineAction, listElement } from '../../query/define-action.ts';
import { page } from '../../query/pages.ts';
import { DOCUMENT, NAME } from '../../query/parameters.ts';
import { changing } from '../documents.ts';
import { existing, HOLDER_SORTS, type HolderSort, holderName, noSuchEntity, onHolder } from './holders.ts';
import { checkedPolicy } from './policy-documents.ts';

export const inlinePolicyActions: readonly Operation[] = HOLDER_SORTS.flatMap((sort) => {
  const { title, documents, place } = sort;
  return [
    defineAction('iam', {
      name: `Put${title}Policy`,
      needs: onHolder(sort, `iam:Put${title}Policy`),
      async run({ parameters, stores: { records } }) {
        const holder = holderName(parameters, title);
        const name = parameters.required('PolicyName', NAME);
        const text = checkedPolicy(parameters.required('PolicyDocument', DOCUMENT), place);
        await changing(records, async () => {
          const { value, version } = await existing(records, sort, holder);
          const inline = [...value.inline.filter((other) => other.name !== name), { name, text }];
          const size = inline.reduce((sum, policy) => sum + policySize(policy.text, place), 0);
          const { maxSize } = POLICY_PLACES[place];
          if (size > maxSize)
            throw new S3Error('LimitExceeded', {
              message: `Maximum policy size of ${maxSize} bytes exceeded for ${title.toLowerCase()} ${value.name}`,
            });
          return { changes: [documents.put(holder, { ...value, inline }, version)], result: undefined };
        });
        return undefined;
      },
    }),
    defineAction('iam', {
      name: `Get${title}Policy`,
      needs: onHolder(sort, `iam:Get${title}Policy`),
      async run({ parameters, stores: { records } }) {
        const { value } = await existing(records, sort, holderName(parameters, title));
        const name = parameters.required('PolicyName', NAME);
        const policy = value.inline.find((other) => other.name === name);
        if (policy === undefined) throw noSuchPolicy(sort, name);
        return [
          element(`${title}Name`, value.name),
          element('PolicyName', name),
          element('PolicyDocument', encodeURIComponent(policy.text)),
        ];
      },
    }),
    defineAction('iam', {
      name: `List${title}Policies`,
      needs: onHolder(sort, `iam:List${title}Policies`),
      async run({ parameters, stores: { records } }) {
        const { value } = await existing(records, sort, holderName(parameters, title));
        const { values, end } = page(value.inline, ({ name }) => name, parameters);
        return [
          listElement(
            'PolicyNames',
            values.map(({ name }) => name),
          ),
          ...end,
        ];
      },
    }),
    defineAction('iam', {
      name: `Delete${title}Policy`,
      needs: onHolder(sort, `iam:Delete${title}Policy`),
      async run({ parameters, stores: { records } }) {
        const holder = holderName(parameters, title);
        const name = parameters.required('PolicyName', NAME);
        await changing(records, async () => {
          const { value, version } = await existing(records, sort, holder);
          const inline = value.inline.filter((other) => other.name !== name);
          if (inline.length === value.inline.length) throw noSuchPolicy(sort, name);
          return { changes: [documents.put(holder, { ...value, inline }, version)], result: undefined };
        });
        return undefined;
      },
    }),
  ];
});

function noSuchPolicy({ title }: HolderSort, name: string): S3Error {
  return noSuchEntity(`The ${title.toLowerCase()} policy with name ${name} cannot be found.`);
}
