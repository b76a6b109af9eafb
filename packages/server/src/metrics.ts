/** Numbers about what a process does, kept as plain counters on the hot path and put into words when somebody asks. */

import type { SignatureFacts } from './pipeline.ts';

/** One number under several labels, as Prometheus has them. */
export type Metric = {
  readonly name: string;
  readonly help: string;
  /** A counter only grows; a gauge is what is so at the moment. */
  readonly type: 'counter' | 'gauge';
  /** Labels as they are written, `op="GetObject",auth="query"`, or an empty text. */
  readonly samples: readonly (readonly [labels: string, value: number])[];
};

export type RequestCounts = {
  count(operation: string, authType: SignatureFacts['authType'] | undefined, status: number): void;
  metrics(): readonly Metric[];
};

const AUTH_LABEL: Readonly<Record<SignatureFacts['authType'], string>> = {
  'REST-HEADER': 'header',
  'REST-QUERY-STRING': 'query',
  POST: 'post',
};

/** 1xx to 5xx, and a place for what there is not. */
const STATUS_CLASSES = 6;

export function createRequestCounts(): RequestCounts {
  // Labels are our own words: operations, ways to sign, status classes. Nothing that a client can make up.
  const counts = new Map<string, Map<string, number[]>>();
  return {
    count(operation, authType, status) {
      const auth = authType === undefined ? 'anonymous' : AUTH_LABEL[authType];
      const byAuth = counts.get(operation) ?? new Map<string, number[]>();
      const byClass = byAuth.get(auth) ?? new Array<number>(STATUS_CLASSES).fill(0);
      const statusClass = Math.floor(status / 100);
      byClass[statusClass] = (byClass[statusClass] ?? 0) + 1;
      if (byClass[statusClass] > 1) return;
      byAuth.set(auth, byClass);
      counts.set(operation, byAuth);
    },
    metrics() {
      const samples: (readonly [string, number])[] = [];
      for (const [operation, byAuth] of counts) {
        for (const [auth, byClass] of byAuth) {
          for (const [statusClass, value] of byClass.entries()) {
            if (value > 0) samples.push([`op="${operation}",auth="${auth}",status_class="${statusClass}xx"`, value]);
          }
        }
      }
      const help = 'Requests answered: S3, IAM, STS and the JSON API.';
      return [{ name: 'latchkey_http_requests_total', help, type: 'counter', samples }];
    },
  };
}

/** Of the memory of this process. */
export function memoryMetrics(): readonly Metric[] {
  const { rss, heapUsed } = process.memoryUsage();
  return [
    { name: 'process_resident_memory_bytes', help: 'Resident memory size in bytes.', type: 'gauge', samples: [['', rss]] },
    { name: 'nodejs_heap_size_used_bytes', help: 'JavaScript heap in use.', type: 'gauge', samples: [['', heapUsed]] },
  ];
}

/** Prometheus' text format, without the last line end. */
export function exposition(metrics: readonly Metric[]): string {
  const lines = metrics.flatMap(({ name, help, type, samples }) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(([labels, value]) => `${name}${labels === '' ? '' : `{${labels}}`} ${value}`),
  ]);
  return lines.join('\n');
}
