/** How far the first minute has come: from a bucket to a file to a link. Kept in this browser; never begun where there was anything before, nor again where it is over. */
import { type ReadonlySignal, signal } from '@preact/signals';

export type TourStep = 'not-begun' | 'bucket' | 'file' | 'share' | 'over';

const NAME = 'latchkey-tour';
const STEPS: readonly TourStep[] = ['bucket', 'file', 'share', 'over'];
const kept = globalThis.localStorage?.getItem(NAME);
const current = signal<TourStep>(STEPS.find((step) => step === kept) ?? 'not-begun');

export const tourStep: ReadonlySignal<TourStep> = current;

export function tourGoesTo(step: TourStep): void {
  current.value = step;
  localStorage.setItem(NAME, step);
}

/** Forward only, and only while it is going on: for the places where a step is done. */
export function tourHasDone(step: Exclude<TourStep, 'not-begun' | 'over'>): void {
  if (current.peek() === step) tourGoesTo(STEPS[STEPS.indexOf(step) + 1] ?? 'over');
}
