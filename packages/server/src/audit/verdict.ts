/** What a check of the trail says. */

export type TrailVerdict = {
  readonly isWhole: boolean;
  readonly chains: number;
  readonly lines: number;
  /** What is wrong, and where; empty for a trail that is whole. At most 100. */
  readonly findings: readonly TrailFinding[];
  /** What is not wrong but worth knowing, in sentences: what retention has removed, how a process ended. At most 100. */
  readonly notices: readonly string[];
  /** To be kept elsewhere: a later check that is given it notices if the trail was set back to before this moment. */
  readonly head: string;
};

export type TrailFinding = {
  readonly what: 'altered' | 'missing' | 'out-of-order' | 'cut-off' | 'unexpected';
  /** The name of the segment, such as its file; of the chain, where no segment can be named. */
  readonly segment: string;
  /** The sequence number of the line, where there is one. */
  readonly sequence?: number | undefined;
  /** Counted from 1 within the segment. */
  readonly line?: number | undefined;
  /** In a sentence. */
  readonly detail: string;
};
