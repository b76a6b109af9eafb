// Runs against each other, in turn and in short rounds, so that what else the machine does meets all alike.
import { load } from './http-load.mjs';
import { median, processorMicroseconds } from './processes.mjs';

const CONNECTIONS = 32;
const WARM_UP_SECONDS = 2;
const ROUNDS = 24;
const SECONDS = 0.5;

/**
 * Each run has a `name`, a `server` and its `requests`. Resolves to a row each: how many requests a second it served, and how little processor
 * time each took, as ratios to the first run of the same round; the median of all rounds.
 */
export async function compareRuns(runs, base) {
  const measured = runs.map(() => ({ perSecond: [], microseconds: [] }));
  for (const run of runs) await measure(run, WARM_UP_SECONDS);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, run] of runs.entries()) {
      const { perSecond, microseconds } = await measure(run, SECONDS);
      measured[index].perSecond.push(perSecond);
      measured[index].microseconds.push(microseconds);
    }
  }
  const [first] = measured;
  return runs.map(({ name }, index) => ({
    name,
    [`of ${base}, requests/s`]: median(measured[index].perSecond.map((rate, round) => rate / first.perSecond[round])).toFixed(3),
    [`of ${base}, processor time`]: median(measured[index].microseconds.map((time, round) => first.microseconds[round] / time)).toFixed(3),
  }));
}

async function measure({ server, requests }, seconds) {
  const before = processorMicroseconds(server.pid);
  const perSecond = await load({ port: server.port, requests, connections: CONNECTIONS, seconds });
  return { perSecond, microseconds: (processorMicroseconds(server.pid) - before) / (perSecond * seconds) };
}
