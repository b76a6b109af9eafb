/** Webhooks: registered, shown, changed, tried and removed; what could not be delivered to them, and sending it again. */
import { arnOf } from '../../links/revoking.ts';
import { type ApiCall, defineApiOperation } from '../operation.ts';
import {
  asNewWebhook,
  asWebhookChange,
  deadLetterPage,
  deadLetterQuery,
  newWebhook,
  replay,
  replayed,
  shownDeadLetter,
  shownWebhook,
  webhook,
  webhookChange,
  webhookList,
  webhookTested,
} from '../schemas/webhook.ts';

const needs = (action: string) => () => [{ action: `latchkey:${action}`, resource: '*' }];

export const createWebhook = defineApiOperation({
  name: 'CreateWebhook',
  method: 'POST',
  path: '/webhooks',
  summary: 'Register a webhook; its signing secret is in this answer only',
  actions: ['latchkey:CreateWebhook'],
  body: newWebhook,
  isIdempotent: true,
  answer: { status: 201, description: 'The webhook, with its secret', body: webhook },
  needs: needs('CreateWebhook'),
  async run({ input, stores, caller, site }) {
    const made = await stores.webhooks.create(asNewWebhook(input.body), arnOf(caller.principal, site.accountId));
    return { body: shownWebhook(made), notes: { response: { webhookId: made.id } } };
  },
});

export const listWebhooks = defineApiOperation({
  name: 'ListWebhooks',
  method: 'GET',
  path: '/webhooks',
  summary: 'All webhooks: there are at most 100',
  actions: ['latchkey:ReadWebhook'],
  answer: { status: 200, description: 'The webhooks', body: webhookList },
  needs: needs('ReadWebhook'),
  run: async ({ stores }) => ({ body: { items: (await stores.webhooks.list()).map(shownWebhook) } }),
});

export const getWebhook = defineApiOperation({
  name: 'GetWebhook',
  method: 'GET',
  path: '/webhooks/{id}',
  summary: 'One webhook, and how many messages wait for it',
  actions: ['latchkey:ReadWebhook'],
  answer: { status: 200, description: 'The webhook', body: webhook },
  needs: needs('ReadWebhook'),
  run: async (call) => ({ body: shownWebhook(await call.stores.webhooks.show(idOf(call))) }),
});

export const changeWebhook = defineApiOperation({
  name: 'ChangeWebhook',
  method: 'PATCH',
  path: '/webhooks/{id}',
  summary: 'Change, pause or resume a webhook, or give it another secret; null takes a filter away',
  actions: ['latchkey:ChangeWebhook'],
  body: webhookChange,
  answer: { status: 200, description: 'The webhook as it is now, with its secret if that is new', body: webhook },
  needs: needs('ChangeWebhook'),
  run: async (call) => ({ body: shownWebhook(await call.stores.webhooks.change(idOf(call), asWebhookChange(call.input.body))) }),
});

export const removeWebhook = defineApiOperation({
  name: 'RemoveWebhook',
  method: 'DELETE',
  path: '/webhooks/{id}',
  summary: 'Remove a webhook, with all that waits for it',
  actions: ['latchkey:RemoveWebhook'],
  answer: { status: 204, description: 'It is gone' },
  needs: needs('RemoveWebhook'),
  async run(call) {
    await call.stores.webhooks.remove(idOf(call));
    return {};
  },
});

export const testWebhook = defineApiOperation({
  name: 'TestWebhook',
  method: 'POST',
  path: '/webhooks/{id}/test',
  summary: 'Send a message now, and say what came of it',
  actions: ['latchkey:ChangeWebhook'],
  answer: { status: 200, description: 'Whether it was delivered', body: webhookTested },
  needs: needs('ChangeWebhook'),
  async run(call) {
    const { isDelivered, status, reason } = await call.stores.webhooks.test(idOf(call));
    return { body: { delivered: isDelivered, ...(status !== undefined && { status }), ...(reason !== undefined && { reason }) } };
  },
});

export const listDeadLetters = defineApiOperation({
  name: 'ListDeadLetters',
  method: 'GET',
  path: '/webhooks/{id}/dead-letters',
  summary: 'Messages that could not be delivered, and why',
  actions: ['latchkey:ReadWebhook'],
  query: deadLetterQuery,
  answer: { status: 200, description: 'A page of them', body: deadLetterPage },
  needs: needs('ReadWebhook'),
  async run(call) {
    const { items, next } = await call.stores.webhooks.deadLetters(idOf(call), call.input.query);
    return { body: { items: items.map(shownDeadLetter), ...(next !== undefined && { next }) } };
  },
});

export const replayDeadLetters = defineApiOperation({
  name: 'ReplayDeadLetters',
  method: 'POST',
  path: '/webhooks/{id}/dead-letters/replay',
  summary: 'Send messages that could not be delivered once more: all, or these',
  actions: ['latchkey:ChangeWebhook'],
  body: replay,
  answer: { status: 200, description: 'How many will be sent', body: replayed },
  needs: needs('ChangeWebhook'),
  run: async (call) => ({ body: { replayed: await call.stores.webhooks.replay(idOf(call), call.input.body.ids) } }),
});

function idOf({ input }: Pick<ApiCall, 'input'>): string {
  return input.path.id ?? '';
}
