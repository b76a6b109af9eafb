import type { TrailFinding } from './verdict.ts';

export type Findings = {
  readonly all: readonly TrailFinding[];
  readonly notices: readonly string[];
  find(finding: TrailFinding): void;
  notice(sentence: string): void;
};

const MAX_EACH = 100;

/** The first hundred of each are kept. */
export function findings(): Findings {
  const all: TrailFinding[] = [];
  const notices: string[] = [];
  return {
    all,
    notices,
    find(finding) {
      if (all.length < MAX_EACH) all.push(finding);
    },
    notice(sentence) {
      if (notices.length < MAX_EACH) notices.push(sentence);
    },
  };
}
