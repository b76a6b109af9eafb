/** What a list is narrowed by, kept in the address: texts that hold once they are applied, and a state that holds at once. */
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { SelectField, TextField } from '../components/field.tsx';
import { go } from '../router.ts';
import { words } from '../words/words.ts';

type FilterBarProps<Name extends string> = {
  /** Of the screen. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly texts: readonly (readonly [name: Name, label: string])[];
  readonly statuses: readonly (readonly [value: string, label: string])[];
};

export function FilterBar<Name extends string>({ path, query, texts, statuses }: FilterBarProps<Name>) {
  const [fields, setFields] = useState<Readonly<Record<string, string>>>(query);
  useEffect(() => setFields(query), [query]);
  const apply = (changes: Readonly<Record<string, string>> = {}) => go(path, { ...fields, ...changes });
  const text = words().links;
  return (
    <form
      class="toolbar"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      {texts.map(([name, label]) => (
        <TextField key={name} label={label} value={fields[name] ?? ''} onInput={(value) => setFields({ ...fields, [name]: value })} />
      ))}
      <SelectField
        label={text.status}
        value={fields.status ?? ''}
        choices={[{ value: '', label: text.anyStatus }, ...statuses.map(([value, label]) => ({ value, label }))]}
        onChange={(status) => apply({ status })}
      />
      <Button type="submit" icon="filter">
        {words().audit.apply}
      </Button>
    </form>
  );
}
