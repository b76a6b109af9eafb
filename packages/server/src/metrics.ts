/** Numbers about requests, kept as plain counters on the hot path and put into words when somebody asks. */

import type { SignatureFacts } from './pipeline.ts';

export type RequestCounts = {
  count(operation: string, authType: SignatureFacts['authType'] | undefined, status: number): void;
  /** Prometheus' text format. */
  expose(): string;
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
    expose() {
      const lines = [
        '# HELP latchkey_http_requests_total Requests answered: S3, IAM, STS and the JSON API.',
        '# TYPE latchkey_http_requests_total counter',
      ];
      for (const [operation, byAuth] of counts) {
        for (const [auth, byClass] of byAuth) {
          for (const [statusClass, value] of byClass.entries()) {
            if (value === 0) continue;
            lines.push(`latchkey_http_requests_total{op="${operation}",auth="${auth}",status_class="${statusClass}xx"} ${value}`);
          }
        }
      }
      const memory = process.memoryUsage();
      lines.push('# HELP process_resident_memory_bytes Resident memory size in bytes.', '# TYPE process_resident_memory_bytes gauge');
      lines.push(`process_resident_memory_bytes ${memory.rss}`);
      lines.push('# HELP nodejs_heap_size_used_bytes JavaScript heap in use.', '# TYPE nodejs_heap_size_used_bytes gauge');
      lines.push(`nodejs_heap_size_used_bytes ${memory.heapUsed}`);
      return `${lines.join('\n')}\n`;
    },
  };
}
