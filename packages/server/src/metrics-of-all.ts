/**
 * The numbers of several processes that answer as one, whichever is asked. Counters are added up, and what one that is gone had counted stays
 * counted: a sum that fell would look like a restart to Prometheus, and be taken for many requests. Gauges are told apart by the process.
 */
import type { Metric } from './metrics.ts';

export type MetricsOfAll = {
  /** What a process counts by now. */
  heard(worker: number, metrics: readonly Metric[]): void;
  /** It is gone, and counts no more than it has said. */
  left(worker: number): void;
  merged(): readonly Metric[];
};

export function metricsOfAll(): MetricsOfAll {
  const latest = new Map<number, readonly Metric[]>();
  const gone: Sums = new Map();

  return {
    heard(worker, metrics) {
      latest.set(worker, metrics);
    },
    left(worker) {
      for (const metric of latest.get(worker) ?? []) if (metric.type === 'counter') add(gone, metric);
      latest.delete(worker);
    },
    merged() {
      const sums: Sums = new Map([...gone].map(([name, { metric, values }]) => [name, { metric, values: new Map(values) }]));
      const gauges = new Map<string, Metric>();
      for (const [worker, metrics] of latest) {
        for (const metric of metrics) {
          if (metric.type === 'counter') add(sums, metric);
          else gauges.set(metric.name, { ...metric, samples: [...(gauges.get(metric.name)?.samples ?? []), ...labelled(metric, worker)] });
        }
      }
      return [...[...sums.values()].map(({ metric, values }) => ({ ...metric, samples: [...values] })), ...gauges.values()];
    },
  };
}

/** By the name of the metric, and then by labels. */
type Sums = Map<string, { readonly metric: Metric; readonly values: Map<string, number> }>;

function add(sums: Sums, metric: Metric): void {
  const sum = sums.get(metric.name) ?? { metric, values: new Map<string, number>() };
  for (const [labels, value] of metric.samples) sum.values.set(labels, (sum.values.get(labels) ?? 0) + value);
  sums.set(metric.name, sum);
}

function labelled({ samples }: Metric, worker: number): Metric['samples'] {
  return samples.map(([labels, value]) => [`${labels === '' ? '' : `${labels},`}worker="${worker}"`, value] as const);
}
