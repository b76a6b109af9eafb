/** How long: presets, a number for anything else, and under them how long it really will be and what limits it. */
import { useId } from 'preact/hooks';
import { now, serverNow } from '../clock.ts';
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { endText, spanText } from '../spans.ts';
import { language, words } from '../words/words.ts';
import { type Life, lifeOf, PRESETS, type ShareDraft, UNITS, type Unit } from './draft.ts';
import type { LinkLimits } from './limits.ts';
import type { ShareSubject } from './subject.ts';

export function LifeField({
  subject,
  limits,
  draft,
  onChange,
  error,
}: {
  readonly subject: ShareSubject;
  readonly limits: LinkLimits;
  readonly draft: ShareDraft;
  readonly onChange: (changes: Pick<ShareDraft, 'amount' | 'unit'>) => void;
  readonly error: string | undefined;
}) {
  const text = words().share;
  const id = useId();
  const locale = language.value.language.tag;
  const life = lifeOf(subject, draft, limits);
  return (
    <fieldset class="field plain-fieldset">
      <legend class="label">{text.worksFor}</legend>
      <div class="row wrap">
        {PRESETS.map(({ amount, unit }) => (
          <Button
            key={amount + unit}
            class="preset"
            isPressed={draft.amount === amount && draft.unit === unit}
            onClick={() => onChange({ amount, unit })}
          >
            {spanText(Number(amount) * UNITS[unit].seconds, locale)}
          </Button>
        ))}
        <span class="row life">
          <input
            class="input number-input"
            inputMode="decimal"
            aria-label={text.amount}
            aria-describedby={`${id}-life`}
            aria-invalid={error === undefined ? undefined : 'true'}
            value={draft.amount}
            onInput={(event) => onChange({ amount: event.currentTarget.value, unit: draft.unit })}
          />
          <select
            class="input"
            aria-label={text.unit}
            value={draft.unit}
            onChange={(event) => onChange({ amount: draft.amount, unit: event.currentTarget.value as Unit })}
          >
            {(['minutes', 'hours', 'days'] as const).map((unit) => (
              <option key={unit} value={unit}>
                {text[unit]}
              </option>
            ))}
          </select>
        </span>
      </div>
      <span class={life?.because === undefined ? 'hint' : 'hint limited'} id={`${id}-life`} aria-live="polite">
        {life === undefined && error === undefined && text.wrongAmount}
        {life !== undefined && lifeSentence(life, locale)}
      </span>
      {error !== undefined && (
        <span class="error" role="alert">
          <Icon name="danger" />
          {error}
        </span>
      )}
    </fieldset>
  );
}

function lifeSentence({ seconds, because }: Life, locale: string): string {
  const text = words().share;
  // Read, so that the sentence moves on with the clock.
  const until = text.until(endText(serverNow() + 0 * now.value + seconds * 1000, locale));
  const span = spanText(seconds, locale);
  switch (because) {
    case 'guardrail':
      return `${text.endsGuardrail(span, span)} ${until}`;
    case 'signature':
      return `${text.endsSignature(span)} ${until}`;
    case undefined:
      return `${until} ${text.endsAsYours}`;
  }
}
