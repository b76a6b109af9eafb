/** Numbers about deliveries, of this process. */
import type { Metric } from '../metrics.ts';

export type DeliveryCounts = {
  count(result: DeliveryResult, number: number): void;
  of(result: DeliveryResult): number;
};

/** `failed` counts attempts, the others messages; `dropped` are dead letters that made room for others. */
export type DeliveryResult = 'delivered' | 'failed' | 'dead' | 'dropped';

const RESULTS: readonly DeliveryResult[] = ['delivered', 'failed', 'dead', 'dropped'];

export function deliveryCounts(): DeliveryCounts {
  const counts: Record<DeliveryResult, number> = { delivered: 0, failed: 0, dead: 0, dropped: 0 };
  return {
    count(result, number) {
      counts[result] += number;
    },
    of: (result) => counts[result],
  };
}

export function deliveryMetric(counts: DeliveryCounts): Metric {
  const help = 'What became of messages to webhooks, as far as they were sent from here. Of failed ones, each attempt.';
  const samples = RESULTS.map((result) => [`result="${result}"`, counts.of(result)] as const);
  return { name: 'latchkey_webhook_messages_total', help, type: 'counter', samples };
}

/** `waiting` by the id of the webhook. */
export function waitingMetric(waiting: ReadonlyMap<string, number>): Metric {
  const samples = [...waiting].map(([id, number]) => [`webhook="${id}"`, number] as const);
  return { name: 'latchkey_webhook_waiting', help: 'Messages that wait to be delivered.', type: 'gauge', samples };
}
