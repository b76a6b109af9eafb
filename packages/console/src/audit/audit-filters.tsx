/** What the trail is asked for. It stands in the address, so that what was found can be sent to somebody. */
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { SelectField, TextField } from '../components/field.tsx';
import { go } from '../router.ts';
import { words } from '../words/words.ts';
import { AGES, type AuditFilter, type FilterName } from './filter.ts';

export function AuditFilters({ filter }: { readonly filter: AuditFilter }) {
  const text = words().audit;
  const [fields, setFields] = useState(filter);
  const given = JSON.stringify(filter);
  useEffect(() => setFields(filter), [given]);
  const [isMore, setMore] = useState(MORE.some((name) => filter[name] !== undefined));
  const apply = (changes: AuditFilter = {}) => go('/audit', { ...fields, ...changes });
  const field = (name: FilterName, label: string, isMono = false) => (
    <TextField label={label} isMono={isMono} value={fields[name] ?? ''} onInput={(value) => setFields({ ...fields, [name]: value })} />
  );
  const moment = (name: 'from' | 'until', label: string) => (
    <TextField
      label={label}
      type="datetime-local"
      value={fields[name] ?? ''}
      onInput={(value) => setFields({ ...fields, [name]: value })}
    />
  );
  return (
    <form
      class="toolbar"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <SelectField
        label={text.since}
        value={fields.since ?? ''}
        choices={[
          { value: '', label: text.anyTime },
          { value: AGES.hour, label: text.hour },
          { value: AGES.day, label: text.day },
          { value: AGES.week, label: text.week },
          { value: AGES.month, label: text.month },
          { value: 'custom', label: text.custom },
        ]}
        onChange={(since) => (since === 'custom' ? setFields({ ...fields, since }) : apply({ since }))}
      />
      {fields.since === 'custom' && moment('from', text.from)}
      {fields.since === 'custom' && moment('until', text.until)}
      <SelectField
        label={text.result}
        value={fields.result ?? ''}
        choices={[
          { value: '', label: text.anyResult },
          { value: 'ok', label: text.ok },
          { value: 'refused', label: text.refused },
          { value: 'failed', label: text.failed },
        ]}
        onChange={(result) => apply({ result })}
      />
      {field('bucket', text.bucket)}
      {field('key', text.key)}
      {isMore && field('user', text.user)}
      {isMore && field('address', text.address, true)}
      {isMore && field('link', text.link, true)}
      {isMore && field('operation', text.operation)}
      <Button type="submit" icon="filter">
        {text.apply}
      </Button>
      {!isMore && (
        <Button kind="quiet" onClick={() => setMore(true)}>
          {text.moreFilters}
        </Button>
      )}
      {Object.keys(filter).length > 0 && (
        <Button kind="quiet" onClick={() => go('/audit')}>
          {text.clear}
        </Button>
      )}
    </form>
  );
}

const MORE: readonly FilterName[] = ['user', 'address', 'link', 'operation'];
