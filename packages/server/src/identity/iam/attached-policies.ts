/** Managed policies attached to users, groups and roles. */
import { S3Error } from '@latchkey/s3/errors';
import { element } from '@latchkey/s3/xml-writer';
import type { Operation } from '../../pipeline.ts';
import { defineAction, listElement } from '../../query/define-action.ts';
import { page } from '../../query/pages.ts';
import { policyArn } from '../arns.ts';
import { changing } from '../documents.ts';
import { managedPolicies } from '../model.ts';
import { existing, HOLDER_SORTS, holderName, noSuchEntity, onHolder } from './holders.ts';
import { existingPolicy } from './managed-policies.ts';

const MAX_ATTACHED = 20;

export const attachedPolicyActions: readonly Operation[] = HOLDER_SORTS.flatMap((sort) => {
  const { title, documents } = sort;
  const needs = (verb: 'Attach' | 'Detach') => async (call: Parameters<ReturnType<typeof onHolder>>[0]) => {
    const context = new Map([['iam:policyarn', [call.parameters.required('PolicyArn')]]]);
    return (await onHolder(sort, `iam:${verb}${title}Policy`)(call)).map((permission) => ({ ...permission, context }));
  };
  return [
    defineAction('iam', {
      name: `Attach${title}Policy`,
      needs: needs('Attach'),
      async run({ parameters, stores: { records }, site }) {
        const holder = holderName(parameters, title);
        await changing(records, async () => {
          const { value, version } = await existing(records, sort, holder);
          const policy = await existingPolicy(records, site.accountId, parameters.required('PolicyArn'));
          const name = policy.value.name.toLowerCase();
          if (value.attached.includes(name)) return { changes: [], result: undefined };
          if (value.attached.length >= MAX_ATTACHED)
            throw new S3Error('LimitExceeded', { message: `Cannot exceed quota for PoliciesPer${title}: ${MAX_ATTACHED}` });
          const changes = [
            documents.put(holder, { ...value, attached: [...value.attached, name] }, version),
            managedPolicies.put(name, { ...policy.value, attachments: policy.value.attachments + 1 }, policy.version),
          ];
          return { changes, result: undefined };
        });
        return undefined;
      },
    }),
    defineAction('iam', {
      name: `Detach${title}Policy`,
      needs: needs('Detach'),
      async run({ parameters, stores: { records }, site }) {
        const holder = holderName(parameters, title);
        const arn = parameters.required('PolicyArn');
        await changing(records, async () => {
          const { value, version } = await existing(records, sort, holder);
          const policy = await existingPolicy(records, site.accountId, arn);
          const name = policy.value.name.toLowerCase();
          if (!value.attached.includes(name)) throw noSuchEntity(`Policy ${arn} was not found.`);
          const attached = value.attached.filter((other) => other !== name);
          const changes = [
            documents.put(holder, { ...value, attached }, version),
            managedPolicies.put(name, { ...policy.value, attachments: policy.value.attachments - 1 }, policy.version),
          ];
          return { changes, result: undefined };
        });
        return undefined;
      },
    }),
    defineAction('iam', {
      name: `ListAttached${title}Policies`,
      needs: onHolder(sort, `iam:ListAttached${title}Policies`),
      async run({ parameters, stores: { records }, site }) {
        const { value } = await existing(records, sort, holderName(parameters, title));
        const policies = await Promise.all(value.attached.map((name) => managedPolicies.get(records, name)));
        const there = policies.flatMap((policy) => (policy === undefined ? [] : [policy.value]));
        const { values, end } = page(there, ({ name }) => name, parameters);
        const members = values.map((policy) => [
          element('PolicyName', policy.name),
          element('PolicyArn', policyArn(site.accountId, policy)),
        ]);
        return [listElement('AttachedPolicies', members), ...end];
      },
    }),
  ];
});
