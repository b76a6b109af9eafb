/** From which web sites scripts may use a bucket. */
import { useState } from 'preact/hooks';
import { announce } from '../components/announce.tsx';
import { Button } from '../components/button.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { CheckField, TextField } from '../components/field.tsx';
import { Loaded, useLoaded } from '../components/loaded.tsx';
import { listIn } from '../share/draft.ts';
import { words } from '../words/words.ts';
import { type CorsRule, corsRules, putCorsRules } from './bucket-settings.ts';

const METHODS = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'] as const;

const NEW_RULE: CorsRule = { origins: [], methods: ['GET', 'HEAD'], headers: ['*'], exposed: ['ETag'], maxAgeSeconds: 3600 };

export function CorsRules({ bucket }: { readonly bucket: string }) {
  const text = words().settings;
  const [rules, reload] = useLoaded((signal) => corsRules(bucket, signal), [bucket]);
  const [editing, setEditing] = useState<{ readonly index: number; readonly rule: CorsRule }>();
  const [error, setError] = useState<unknown>();
  const found = rules.state === 'loaded' ? rules.value : [];
  const save = async (changed: readonly CorsRule[]) => {
    await putCorsRules(bucket, changed);
    announce(text.saved);
    reload();
  };
  return (
    <section class="section">
      <div class="section-head">
        <div class="row wrap">
          <h2>{text.cors}</h2>
          <span class="quiet">{text.corsHint}</span>
        </div>
        <Button icon="plus" onClick={() => setEditing({ index: found.length, rule: NEW_RULE })}>
          {text.addRule}
        </Button>
      </div>
      {error !== undefined && <Failure error={error} />}
      <Loaded of={rules} onRetry={reload} lines={1}>
        {(all) =>
          all.length === 0 ? (
            <p class="quiet">{text.noCors}</p>
          ) : (
            <RulesTable
              rules={all}
              onEdit={(index, rule) => setEditing({ index, rule })}
              onRemove={(index) => void save(all.filter((_, other) => other !== index)).catch(setError)}
            />
          )
        }
      </Loaded>
      {editing !== undefined && (
        <RuleDialog
          rule={editing.rule}
          onSave={(rule) => save([...found.slice(0, editing.index), rule, ...found.slice(editing.index + 1)])}
          onClose={() => setEditing(undefined)}
        />
      )}
    </section>
  );
}

function RulesTable({
  rules,
  onEdit,
  onRemove,
}: {
  readonly rules: readonly CorsRule[];
  readonly onEdit: (index: number, rule: CorsRule) => void;
  readonly onRemove: (index: number) => void;
}) {
  const text = words().settings;
  return (
    <div class="table-room">
      <table class="table">
        <thead>
          <tr>
            <th>{text.origins}</th>
            <th>{text.methods}</th>
            <th class="wide-only">{text.requestHeaders}</th>
            <th class="fit">
              <span class="visually-hidden">{words().links.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule, index) => (
            <tr key={rule.origins.join() + rule.methods.join()}>
              <td class="mono">{rule.origins.join(', ')}</td>
              <td>{rule.methods.join(', ')}</td>
              <td class="wide-only mono">{rule.headers.join(', ')}</td>
              <td class="fit">
                <span class="row">
                  <Button kind="quiet" onClick={() => onEdit(index, rule)}>
                    {words().links.edit}
                  </Button>
                  <Button kind="quiet" icon="trash" label={text.removeRule(rule.origins.join(', '))} onClick={() => onRemove(index)} />
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RuleDialog({
  rule,
  onSave,
  onClose,
}: {
  readonly rule: CorsRule;
  readonly onSave: (rule: CorsRule) => Promise<void>;
  readonly onClose: () => void;
}) {
  const text = words().settings;
  const [origins, setOrigins] = useState(rule.origins.join(', '));
  const [methods, setMethods] = useState<readonly string[]>(rule.methods);
  const [headers, setHeaders] = useState(rule.headers.join(', '));
  const [exposed, setExposed] = useState(rule.exposed.join(', '));
  const [maxAge, setMaxAge] = useState(rule.maxAgeSeconds === undefined ? '' : String(rule.maxAgeSeconds));
  const isAge = maxAge.trim() === '' || /^\d{1,9}$/.test(maxAge.trim());
  return (
    <ConfirmDialog
      title={rule.origins.length === 0 ? text.addRule : text.editRule}
      action={text.save}
      isReady={listIn(origins) !== undefined && methods.length > 0 && isAge}
      onClose={onClose}
      onConfirm={() =>
        onSave({
          id: rule.id,
          origins: listIn(origins) ?? [],
          methods: METHODS.filter((method) => methods.includes(method)),
          headers: listIn(headers) ?? [],
          exposed: listIn(exposed) ?? [],
          maxAgeSeconds: maxAge.trim() === '' ? undefined : Number(maxAge),
        })
      }
    >
      <TextField label={text.origins} hint={text.originsHint} isMono isRequired hasFocus value={origins} onInput={setOrigins} />
      <fieldset class="field plain-fieldset">
        <legend class="label">{text.methods}</legend>
        <div class="choices">
          {METHODS.map((method) => (
            <CheckField
              key={method}
              label={method}
              isChecked={methods.includes(method)}
              onChange={(isOn) => setMethods(isOn ? [...methods, method] : methods.filter((other) => other !== method))}
            />
          ))}
        </div>
      </fieldset>
      <div class="fields">
        <TextField label={text.requestHeaders} isMono value={headers} onInput={setHeaders} />
        <TextField label={text.exposedHeaders} isMono value={exposed} onInput={setExposed} />
        <TextField label={text.maxAge} value={maxAge} onInput={setMaxAge} error={isAge ? undefined : words().share.wholeNumber} />
      </div>
    </ConfirmDialog>
  );
}
