/** Guardrails over the query API, service `latchkey`: for the command and for administrators' own programs. */
import { bucketName } from '@latchkey/s3/names';
import { element } from '@latchkey/s3/xml-writer';
import type { Operation, Permission } from '../pipeline.ts';
import { type Call, defineAction, listElement } from '../query/define-action.ts';
import type { Parameters } from '../query/parameters.ts';
import { parseGuardrails } from './document.ts';
import { EVERYWHERE } from './store.ts';

/** `arn:aws:latchkey::ACCOUNT:guardrails/BUCKET`, or `guardrails` alone for those of the installation. */
function onGuardrails(action: string) {
  return ({ parameters, site }: Call): readonly Permission[] => {
    const place = placeOf(parameters);
    const resource = `arn:aws:latchkey::${site.accountId}:guardrails${place === EVERYWHERE ? '' : `/${place}`}`;
    return [{ action: `latchkey:${action}`, resource }];
  };
}

function placeOf(parameters: Parameters): string {
  const bucket = parameters.text('Bucket');
  return bucket === undefined ? EVERYWHERE : bucketName(bucket);
}

export const guardrailActions: readonly Operation[] = [
  defineAction('latchkey', {
    name: 'PutGuardrails',
    needs: onGuardrails('PutGuardrails'),
    async run({ parameters, stores }) {
      await stores.guardrails.put(placeOf(parameters), parseGuardrails(parameters.required('Guardrails', { max: 10_000 })));
      return undefined;
    },
  }),
  defineAction('latchkey', {
    name: 'GetGuardrails',
    needs: onGuardrails('GetGuardrails'),
    async run({ parameters, stores }) {
      return [element('Guardrails', JSON.stringify((await stores.guardrails.find(placeOf(parameters))) ?? {}))];
    },
  }),
  defineAction('latchkey', {
    name: 'DeleteGuardrails',
    needs: onGuardrails('DeleteGuardrails'),
    async run({ parameters, stores }) {
      await stores.guardrails.remove(placeOf(parameters));
      return undefined;
    },
  }),
  defineAction('latchkey', {
    name: 'ListGuardrails',
    needs: () => [{ action: 'latchkey:ListGuardrails', resource: '*' }],
    async run({ stores }) {
      const members = (await stores.guardrails.list()).map(({ place, guardrails }) => [
        ...(place === EVERYWHERE ? [] : [element('Bucket', place)]),
        element('Guardrails', JSON.stringify(guardrails)),
      ]);
      return [listElement('GuardrailsList', members)];
    },
  }),
];
