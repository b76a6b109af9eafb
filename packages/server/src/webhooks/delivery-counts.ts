/** Numbers about deliveries, of this process. */
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

/** In Prometheus' text format, without a line end; `waiting` by the id of the webhook. */
export function exposeDeliveries(counts: DeliveryCounts, waiting: ReadonlyMap<string, number>): string {
  return [
    '# HELP latchkey_webhook_messages_total What became of messages to webhooks, in this process. Of failed ones, each attempt.',
    '# TYPE latchkey_webhook_messages_total counter',
    ...RESULTS.map((result) => `latchkey_webhook_messages_total{result="${result}"} ${counts.of(result)}`),
    '# HELP latchkey_webhook_waiting Messages that wait to be delivered.',
    '# TYPE latchkey_webhook_waiting gauge',
    ...[...waiting].map(([id, number]) => `latchkey_webhook_waiting{webhook="${id}"} ${number}`),
  ].join('\n');
}
