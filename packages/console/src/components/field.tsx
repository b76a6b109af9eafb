/** Fields of forms: a label above, a hint or what is wrong beneath, both read out with the field. */
import type { ComponentChildren, Ref } from 'preact';
import { useId } from 'preact/hooks';
import { Icon } from './icon.tsx';

export type FieldProps = {
  readonly label: string;
  readonly hint?: ComponentChildren;
  /** What is wrong with the value, in a sentence. */
  readonly error?: string | undefined;
  readonly isLabelHidden?: boolean | undefined;
};

/** The frame of a field; `children` receives what its control has to carry. */
export function Field({
  label,
  hint,
  error,
  isLabelHidden = false,
  children,
}: FieldProps & { readonly children: (control: ControlProps) => ComponentChildren }) {
  const id = useId();
  const described = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label class={isLabelHidden ? 'visually-hidden' : 'label'} for={id}>
        {label}
      </label>
      {children({
        id,
        'aria-describedby': described === '' ? undefined : described,
        'aria-invalid': error === undefined ? undefined : 'true',
      })}
      {hint !== undefined && (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {error !== undefined && (
        <span class="error" id={`${id}-error`} role="alert">
          <Icon name="danger" />
          {error}
        </span>
      )}
    </div>
  );
}

export type ControlProps = {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': 'true' | undefined;
};

export type TextFieldProps = FieldProps & {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly name?: string | undefined;
  readonly type?: 'text' | 'password' | 'search' | 'number' | 'email' | 'url' | 'date' | 'datetime-local' | undefined;
  readonly placeholder?: string | undefined;
  readonly autoComplete?: string | undefined;
  readonly isMono?: boolean | undefined;
  readonly isRequired?: boolean | undefined;
  readonly hasFocus?: boolean | undefined;
  /** More lines than one: a text area of so many. */
  readonly rows?: number | undefined;
  readonly elementRef?: Ref<HTMLInputElement> | undefined;
  readonly min?: number | string | undefined;
  readonly max?: number | string | undefined;
};

export function TextField(props: TextFieldProps) {
  const {
    value,
    onInput,
    name,
    type = 'text',
    placeholder,
    autoComplete = 'off',
    isMono,
    isRequired,
    hasFocus,
    rows,
    elementRef,
    min,
    max,
  } = props;
  const shared = {
    class: isMono === true ? 'input mono' : 'input',
    name,
    value,
    placeholder,
    autoComplete,
    autoCapitalize: 'off' as const,
    spellcheck: false,
    'aria-required': isRequired,
    autoFocus: hasFocus,
  };
  return (
    <Field {...props}>
      {(control) =>
        rows === undefined ? (
          <input
            ref={elementRef ?? null}
            // The types tell inputs apart by their type; this one is any of them.
            type={type as 'text'}
            min={min}
            max={max}
            onInput={(event) => onInput(event.currentTarget.value)}
            {...shared}
            {...control}
          />
        ) : (
          <textarea rows={rows} onInput={(event) => onInput(event.currentTarget.value)} {...shared} {...control} />
        )
      }
    </Field>
  );
}

export type Choice<Value extends string> = { readonly value: Value; readonly label: string };

export function SelectField<Value extends string>(
  props: FieldProps & { readonly value: Value; readonly choices: readonly Choice<Value>[]; readonly onChange: (value: Value) => void },
) {
  const { value, choices, onChange } = props;
  return (
    <Field {...props}>
      {(control) => (
        <select class="input" value={value} onChange={(event) => onChange(event.currentTarget.value as Value)} {...control}>
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** A few choices of which one holds. */
export function RadioField<Value extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  readonly label: string;
  readonly value: Value;
  readonly choices: readonly Choice<Value>[];
  readonly onChange: (value: Value) => void;
}) {
  const name = useId();
  return (
    <fieldset class="field plain-fieldset">
      <legend class="label">{label}</legend>
      <div class="choices">
        {choices.map((choice) => (
          <label class="check" key={choice.value}>
            <input type="radio" name={name} value={choice.value} checked={choice.value === value} onChange={() => onChange(choice.value)} />
            {choice.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function CheckField({
  label,
  isChecked,
  onChange,
}: {
  readonly label: ComponentChildren;
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
}) {
  return (
    <label class="check">
      <input type="checkbox" checked={isChecked} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}
