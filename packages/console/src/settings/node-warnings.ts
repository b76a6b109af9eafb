/** What is to be said of nodes that do not go together. */
import type { NodeState } from './server.ts';

export type NodeWarnings = {
  /** More than one, in order, where not all that serve are of the same. */
  readonly versions: readonly string[];
  /** Of those that serve: the ones whose clock is off by so much that links end early or late. */
  readonly clocksOff: readonly NodeState[];
};

const CLOCK_OFF_MS = 5000;

export function nodeWarnings(nodes: readonly NodeState[]): NodeWarnings {
  const serving = nodes.filter(({ isSilent }) => !isSilent);
  const versions = [...new Set(serving.map(({ version }) => version))].sort();
  return {
    versions: versions.length > 1 ? versions : [],
    clocksOff: serving.filter(({ clockAheadMs }) => Math.abs(clockAheadMs) > CLOCK_OFF_MS),
  };
}
