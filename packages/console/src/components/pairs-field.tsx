/** Names and values, a row for each: tags, metadata. */
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { Button } from './button.tsx';
import { TextField } from './field.tsx';
import { Icon } from './icon.tsx';

export type Pair = { readonly name: string; readonly value: string };

export type PairsFieldProps = {
  readonly label: string;
  readonly isLabelHidden?: boolean | undefined;
  readonly pairs: readonly Pair[];
  readonly onChange: (pairs: readonly Pair[]) => void;
  readonly nameLabel: string;
  readonly valueLabel: string;
  readonly addLabel: string;
  readonly removeLabel: (name: string) => string;
  /** So many at most. */
  readonly most?: number | undefined;
  /** What is wrong with them, in a sentence. */
  readonly error?: string | undefined;
};

export function PairsField(props: PairsFieldProps) {
  const { label, isLabelHidden = false, pairs, onChange, nameLabel, valueLabel, addLabel, removeLabel, most = 100, error } = props;
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const added = useRef(false);
  const adder = useRef<HTMLButtonElement>(null);
  // Whoever adds a row goes on in it.
  useLayoutEffect(() => {
    if (added.current) list.current?.querySelector<HTMLInputElement>('.pair-row:last-child input')?.focus();
    added.current = false;
  }, [pairs.length]);
  const change = (index: number, changed: Partial<Pair>) =>
    onChange(pairs.map((pair, at) => (at === index ? { ...pair, ...changed } : pair)));
  return (
    <fieldset class="field plain-fieldset pairs" aria-describedby={error === undefined ? undefined : id}>
      <legend class={isLabelHidden ? 'visually-hidden' : 'label'}>{label}</legend>
      <div class="stack tight" ref={list}>
        {pairs.map((pair, index) => (
          <div key={index} class="pair-row">
            <TextField label={nameLabel} isLabelHidden={index > 0} value={pair.name} onInput={(name) => change(index, { name })} />
            <TextField label={valueLabel} isLabelHidden={index > 0} value={pair.value} onInput={(value) => change(index, { value })} />
            <Button
              kind="quiet"
              icon="trash"
              label={removeLabel(pair.name)}
              onClick={() => {
                onChange(pairs.filter((_, at) => at !== index));
                adder.current?.focus();
              }}
            />
          </div>
        ))}
      </div>
      <div>
        <Button
          elementRef={adder}
          icon="plus"
          isDisabled={pairs.length >= most}
          onClick={() => {
            added.current = true;
            onChange([...pairs, { name: '', value: '' }]);
          }}
        >
          {addLabel}
        </Button>
      </div>
      {error !== undefined && (
        <span class="error" id={id} role="alert">
          <Icon name="danger" />
          {error}
        </span>
      )}
    </fieldset>
  );
}
