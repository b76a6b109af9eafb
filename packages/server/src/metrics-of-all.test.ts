import { describe, expect, it } from 'vitest';
import { exposition, type Metric } from './metrics.ts';
import { metricsOfAll } from './metrics-of-all.ts';

const counter = (...samples: Metric['samples']): Metric => ({ name: 'requests_total', help: 'Requests.', type: 'counter', samples });
const gauge = (value: number): Metric => ({ name: 'memory_bytes', help: 'Memory.', type: 'gauge', samples: [['', value]] });

describe('metricsOfAll', () => {
  it('adds counters up by their labels', () => {
    const all = metricsOfAll();
    all.heard(1, [counter(['op="Get"', 3], ['op="Put"', 1])]);
    all.heard(2, [counter(['op="Get"', 4])]);
    expect(all.merged()).toEqual([counter(['op="Get"', 7], ['op="Put"', 1])]);
  });
  it('takes what a process says for all it has counted, not for more of it', () => {
    const all = metricsOfAll();
    all.heard(1, [counter(['', 3])]);
    all.heard(1, [counter(['', 5])]);
    expect(all.merged()).toEqual([counter(['', 5])]);
  });
  it('never lets a counter fall because a process is gone', () => {
    const all = metricsOfAll();
    all.heard(1, [counter(['', 5])]);
    all.heard(2, [counter(['', 2])]);
    all.left(1);
    expect(all.merged()).toEqual([counter(['', 7])]);
    all.heard(3, [counter(['', 1])]);
    all.left(2);
    expect(all.merged()).toEqual([counter(['', 8])]);
    // What is merged is no part of what is kept.
    expect(all.merged()).toEqual([counter(['', 8])]);
  });
  it('tells gauges apart by their process, and forgets those of one that is gone', () => {
    const all = metricsOfAll();
    all.heard(1, [gauge(10)]);
    all.heard(2, [gauge(20)]);
    expect(exposition(all.merged())).toBe(
      '# HELP memory_bytes Memory.\n# TYPE memory_bytes gauge\nmemory_bytes{worker="1"} 10\nmemory_bytes{worker="2"} 20',
    );
    all.left(1);
    expect(exposition(all.merged())).toContain('memory_bytes{worker="2"} 20');
    expect(exposition(all.merged())).not.toContain('worker="1"');
  });
  it('has nothing of a process that left without a word', () => {
    const all = metricsOfAll();
    all.left(1);
    expect(all.merged()).toEqual([]);
  });
});
