/** A length of time: a number and its unit. */

import { type Unit, wantedSeconds } from '../share/draft.ts';
import { words } from '../words/words.ts';

export type Span = { readonly amount: string; readonly unit: Unit };

/** In seconds; `undefined` for what is none. */
export const secondsOf = (span: Span): number | undefined => wantedSeconds(span);

export function SpanField({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: Span;
  readonly onChange: (value: Span) => void;
}) {
  const text = words().share;
  const isWrong = secondsOf(value) === undefined;
  return (
    <fieldset class="field plain-fieldset">
      <legend class="label">{label}</legend>
      <div class="row life">
        <input
          class="input number-input"
          inputMode="decimal"
          aria-label={text.amount}
          aria-invalid={isWrong ? 'true' : undefined}
          value={value.amount}
          onInput={(event) => onChange({ ...value, amount: event.currentTarget.value })}
        />
        <select
          class="input"
          aria-label={text.unit}
          value={value.unit}
          onChange={(event) => onChange({ ...value, unit: event.currentTarget.value as Unit })}
        >
          {(['minutes', 'hours', 'days'] as const).map((unit) => (
            <option key={unit} value={unit}>
              {text[unit]}
            </option>
          ))}
        </select>
      </div>
      {isWrong && <span class="hint limited">{text.wrongAmount}</span>}
    </fieldset>
  );
}
