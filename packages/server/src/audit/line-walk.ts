import type { TrailChain, TrailSegment } from '@latchkey/storage/trail-store';
import { beginningOf, type ChainKey, hashOfLine } from './chain.ts';
import type { Findings } from './findings.ts';
import { type LineEnd, lineEnd, type SegmentLine } from './segment-lines.ts';
import { END_CHAIN, type SegmentBegins } from './service-event.ts';

type Where = { readonly segment: string; readonly line: number };

/** Goes along the lines of a chain. After damage it goes on from what the next lines themselves say, so that each place is named once. */
export class LineWalk {
  readonly #chain: TrailChain;
  readonly #allKeys: readonly ChainKey[];
  readonly #report: Findings;
  /** Those that the hashes may be made with. */
  #keys: readonly ChainKey[];
  /** The sequence number that is due; less by as many as the doubtful lines, each of which may have had it. */
  #due = 1;
  #doubtful = 0;
  /** What the hash of the next line may go over: behind a line that does not fit, the hash it bears, or the one it should. None: not known. */
  #previous: readonly string[];
  /** Numbers that were passed over: missing, unless they come later. From, and up to. */
  readonly #passed = new Map<number, Where & { readonly to: number }>();
  #hasEnded = false;

  constructor(chain: TrailChain, keys: readonly ChainKey[], report: Findings) {
    this.#chain = chain;
    this.#allKeys = keys;
    this.#keys = keys;
    this.#report = report;
    this.#previous = [beginningOf(chain.chain)];
  }

  /** A segment whose first line says what it is. That the line is genuine shows when its hash is checked. */
  begin({ key, previous }: SegmentBegins, isFirstKept: boolean): void {
    const named = this.#allKeys.filter(({ id }) => id === key);
    this.#keys = named.length === 0 ? this.#allKeys : named;
    if (previous === null) return;
    if (isFirstKept) this.#due = previous.sequence + 1;
    this.#previous = [...new Set([...(isFirstKept ? [] : this.#previous), previous.hash])];
  }

  /** A segment whose first line does not say which one it begins, as every one does. */
  beginUnknown({ first, name }: TrailSegment, isFirstKept: boolean, isLine: boolean): void {
    this.#keys = this.#allKeys;
    if (isFirstKept) this.#due = first;
    this.#previous = [];
    if (!isLine) return;
    const detail = 'The line does not say which segment it begins.';
    this.#report.find({ what: 'altered', segment: name, line: 1, sequence: first, detail });
  }

  /** Returns the end of a line that is genuine. */
  line({ bytes, isWhole, offset }: SegmentLine, where: Where, segment: TrailSegment): LineEnd | undefined {
    const end = isWhole ? lineEnd(bytes) : undefined;
    if (end === undefined) {
      const isCut = !isWhole || offset + bytes.byteLength + 1 > segment.sizeBytes;
      const detail = isCut ? 'The line is cut off.' : 'The line is none that a server wrote.';
      this.#report.find({ what: isCut ? 'cut-off' : 'altered', ...where, sequence: this.#due, detail });
      this.#doubtful += 1;
      this.#previous = [];
      return undefined;
    }
    const { sequence, hash } = end;
    const before = this.#previous;
    const isGenuine = this.#follows(end);
    if (sequence > this.#due && sequence <= this.#due + this.#doubtful) this.#due = sequence;
    if (sequence === this.#due) {
      this.#due += 1;
      this.#doubtful = 0;
      if (isGenuine) return this.#genuine(bytes, end, where);
      this.#report.find({ what: 'altered', ...where, sequence, detail: 'The hash does not fit the line and the one before it.' });
    } else if (this.#takePassed(sequence)) {
      this.#report.find({ what: 'out-of-order', ...where, sequence, detail: `Line ${sequence} stands behind line ${this.#due - 1}.` });
      this.#previous = before;
    } else if (sequence > this.#due && sequence <= segment.last) {
      this.#passed.set(this.#due, { ...where, to: sequence - 1 });
      this.#previous = [hash];
      this.#due = sequence + 1;
      this.#doubtful = 0;
    } else {
      const detail = `The line says that it is number ${sequence}, where number ${this.#due} is due.`;
      this.#report.find({ what: 'altered', ...where, sequence: this.#due, detail });
      this.#doubtful += 1;
      // The line may have been put between two others, or be one that was changed.
      this.#previous = few([...before, ...this.#previous]);
    }
    return undefined;
  }

  /** `seen` is how many lines the segment had. */
  endSegment({ name, last }: TrailSegment, seen: number): void {
    if (seen > 0 && this.#due + this.#doubtful <= last) {
      const detail = `The segment ends behind line ${this.#due - 1}, and had lines up to ${last}.`;
      this.#report.find({ what: 'cut-off', segment: name, sequence: this.#due, line: seen + 1, detail });
    }
    if (this.#due !== last + 1) this.#previous = [];
    this.#due = last + 1;
    this.#doubtful = 0;
  }

  finish(): void {
    for (const [sequence, { segment, line, to }] of this.#passed) {
      const which = to === sequence ? `Line ${sequence} is` : `The lines ${sequence} to ${to} are`;
      this.#report.find({ what: 'missing', segment, sequence, line, detail: `${which} missing before this place.` });
    }
    const { chain, count, segments } = this.#chain;
    if (this.#due > count) return;
    const detail = `The chain ends behind line ${this.#due - 1}, and had ${count}.`;
    this.#report.find({ what: 'cut-off', segment: segments.at(-1)?.name ?? chain, sequence: this.#due, detail });
  }

  /** Behind the head may be what a process was writing when it ended, whole or torn. Anything else does not belong there. */
  behindHead({ bytes, isWhole }: SegmentLine, where: Where): 'follows' | 'torn' | 'unexpected' {
    const end = lineEnd(bytes);
    if (!this.#hasEnded && !isWhole) return 'torn';
    if (!this.#hasEnded && end?.sequence === this.#due && this.#follows(end)) {
      this.#due += 1;
      return 'follows';
    }
    this.#report.find({ what: 'unexpected', ...where, detail: 'Behind the end of the chain stands what no server wrote there.' });
    return 'unexpected';
  }

  /** Whether the hash fits; then, or not, what the next one may go over. What follows the unknown can not be doubted for it. */
  #follows({ covered, hash }: LineEnd): boolean {
    if (this.#previous.length === 0) {
      this.#previous = [hash];
      return true;
    }
    const should = this.#keys.flatMap((key) => this.#previous.map((previous) => ({ key, hash: hashOfLine(key, previous, covered) })));
    const fits = should.find((one) => one.hash === hash);
    if (fits !== undefined) this.#keys = [fits.key];
    this.#previous = fits === undefined ? few([hash, ...should.map((one) => one.hash)]) : [hash];
    return fits !== undefined;
  }

  #genuine(bytes: Buffer, end: LineEnd, where: Where): LineEnd {
    const { count, hash } = this.#chain;
    if (end.sequence === count && end.hash !== hash) {
      this.#report.find({ what: 'altered', ...where, sequence: count, detail: 'The line is another than the head of the chain.' });
    }
    if (bytes.indexOf(`"eventName":"${END_CHAIN}"`) !== -1) this.#hasEnded = true;
    return end;
  }

  #takePassed(sequence: number): boolean {
    for (const [first, { to, ...where }] of this.#passed) {
      if (sequence < first || sequence > to) continue;
      this.#passed.delete(first);
      if (sequence > first) this.#passed.set(first, { ...where, to: sequence - 1 });
      if (sequence < to) this.#passed.set(sequence + 1, { ...where, to });
      return true;
    }
    return false;
  }
}

/** Where all is damaged, what may have been must not grow with every line. */
function few(hashes: readonly string[]): readonly string[] {
  return [...new Set(hashes)].slice(0, 4);
}
