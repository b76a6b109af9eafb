/** Guardrails: of the installation, and of single buckets. */
import { useEffect, useState } from 'preact/hooks';
import { callAction } from '../api/query-api.ts';
import { announce } from '../components/announce.tsx';
import { Button } from '../components/button.tsx';
import { Failure } from '../components/failure.tsx';
import { CheckField, SelectField, TextField } from '../components/field.tsx';
import { Loaded, useLoaded } from '../components/loaded.tsx';
import { Note } from '../components/note.tsx';
import type { PageProps } from '../pages.ts';
import { go } from '../router.ts';
import { listBuckets } from '../s3/listing.ts';
import { words } from '../words/words.ts';
import { textOf } from '../xml.ts';
import { fieldsOf, type GuardrailFields, type Guardrails, guardrailsOf, isSpan, KINDS, TERMS, type Term } from './guardrails.ts';
import { SettingsTabs } from './settings-tabs.tsx';

export function GuardrailsPage({ query }: PageProps) {
  const text = words().settings;
  const bucket = query.bucket ?? '';
  const [guardrails, reload] = useLoaded((signal) => fetchGuardrails(bucket, signal), [bucket]);
  const [buckets] = useLoaded((signal) => listBuckets(signal), []);
  const names = buckets.state === 'loaded' ? buckets.value.map(({ name }) => name) : [];
  return (
    <div class="page">
      <div class="page-head">
        <h1>{text.guardrails}</h1>
      </div>
      <SettingsTabs />
      <p class="quiet prose">{text.guardrailsHint}</p>
      <div class="toolbar">
        <SelectField
          label={text.place}
          value={bucket}
          choices={[
            { value: '', label: text.everywhere },
            ...[...new Set([...names, ...(bucket === '' ? [] : [bucket])])].map((name) => ({ value: name, label: name })),
          ]}
          onChange={(chosen) => go('/settings', { bucket: chosen })}
        />
      </div>
      <Loaded of={guardrails} onRetry={reload}>
        {(found) => <Editing key={bucket} bucket={bucket} guardrails={found} onChange={reload} />}
      </Loaded>
    </div>
  );
}

const placeOf = (bucket: string) => ({ Bucket: bucket === '' ? undefined : bucket });

async function fetchGuardrails(bucket: string, signal: AbortSignal): Promise<Guardrails> {
  const answer = await callAction('latchkey', 'GetGuardrails', placeOf(bucket), signal);
  return JSON.parse(textOf(answer, 'Guardrails') ?? '{}') as Guardrails;
}

function Editing({
  bucket,
  guardrails,
  onChange,
}: {
  readonly bucket: string;
  readonly guardrails: Guardrails;
  readonly onChange: () => void;
}) {
  const text = words().settings;
  const [fields, setFields] = useState(() => fieldsOf(guardrails));
  const [state, setState] = useState<{ readonly error?: unknown; readonly said?: string }>({});
  useEffect(() => setFields(fieldsOf(guardrails)), [guardrails]);
  const change = (changes: Partial<GuardrailFields>) => {
    setState({});
    setFields({ ...fields, ...changes });
  };
  const isRight = [...Object.values(fields.lifetimes), fields.page].every(isSpan);
  const act = async (work: Promise<unknown>, said: string) => {
    try {
      await work;
      announce(said);
      setState({ said });
      onChange();
    } catch (error) {
      setState({ error });
    }
  };
  const save = () => {
    if (!isRight) return;
    const document = JSON.stringify(guardrailsOf(fields));
    void act(callAction('latchkey', 'PutGuardrails', { ...placeOf(bucket), Guardrails: document }), text.saved);
  };
  return (
    <form
      class="stack narrow"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Accepted fields={fields} onChange={change} />
      <Lifetimes fields={fields} onChange={change} />
      <Required fields={fields} onChange={change} />
      {state.error !== undefined && <Failure error={state.error} />}
      {state.said !== undefined && <Note kind="good">{state.said}</Note>}
      <div class="row">
        <Button type="submit" kind="primary" isDisabled={!isRight}>
          {text.save}
        </Button>
        {Object.keys(guardrails).length > 0 && (
          <Button onClick={() => void act(callAction('latchkey', 'DeleteGuardrails', placeOf(bucket)), text.removed)}>{text.remove}</Button>
        )}
      </div>
    </form>
  );
}

type PartProps = { readonly fields: GuardrailFields; readonly onChange: (changes: Partial<GuardrailFields>) => void };

function Accepted({ fields, onChange }: PartProps) {
  const text = words().settings;
  return (
    <fieldset class="field plain-fieldset">
      <legend class="label">{text.allow}</legend>
      <div class="stack tight">
        <CheckField label={text.allowUrls} isChecked={fields.presignedUrls} onChange={(presignedUrls) => onChange({ presignedUrls })} />
        <CheckField label={text.allowForms} isChecked={fields.presignedForms} onChange={(presignedForms) => onChange({ presignedForms })} />
        <CheckField label={text.allowSigv2} isChecked={fields.sigv2} onChange={(sigv2) => onChange({ sigv2 })} />
      </div>
    </fieldset>
  );
}

function Lifetimes({ fields, onChange }: PartProps) {
  const text = words().settings;
  const error = (value: string) => (isSpan(value) ? undefined : text.wrongDuration);
  return (
    <section class="section">
      <div>
        <h2>{text.lifetimes}</h2>
        <p class="quiet small">{text.lifetimesHint}</p>
      </div>
      <div class="fields">
        {KINDS.map((kind) => (
          <TextField
            key={kind}
            label={text[kind]}
            value={fields.lifetimes[kind]}
            onInput={(value) => onChange({ lifetimes: { ...fields.lifetimes, [kind]: value } })}
            error={error(fields.lifetimes[kind])}
          />
        ))}
        <TextField
          label={text.page}
          hint={text.pageHint}
          value={fields.page}
          onInput={(page) => onChange({ page })}
          error={error(fields.page)}
        />
      </div>
    </section>
  );
}

function Required({ fields, onChange }: PartProps) {
  const text = words().settings;
  const toggle = (name: `${(typeof KINDS)[number]}/${Term}`, isOn: boolean) => {
    const required = new Set(fields.required);
    if (isOn) required.add(name);
    else required.delete(name);
    onChange({ required });
  };
  return (
    <section class="section">
      <h2>{text.required}</h2>
      <div class="table-room">
        <table class="table matrix">
          <thead>
            <tr>
              <th>
                <span class="visually-hidden">{text.required}</span>
              </th>
              {KINDS.map((kind) => (
                <th key={kind} scope="col">
                  {text[kind]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {TERMS.map((term) => (
              <tr key={term}>
                <th scope="row">{text[TERM_WORDS[term]]}</th>
                {KINDS.map((kind) => (
                  <td key={kind}>
                    {kind !== 'read' || !UPLOADS_ONLY.has(term) ? (
                      <input
                        type="checkbox"
                        aria-label={text.requiredFor(text[TERM_WORDS[term]], text[kind])}
                        checked={fields.required.has(`${kind}/${term}`)}
                        onChange={(event) => toggle(`${kind}/${term}`, event.currentTarget.checked)}
                      />
                    ) : (
                      <span class="quiet">–</span>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const TERM_WORDS = {
  'max-uses': 'termMaxUses',
  'source-ip': 'termSourceIp',
  'min-size': 'termMinSize',
  'max-size': 'termMaxSize',
  'content-types': 'termContentTypes',
  'no-overwrite': 'termNoOverwrite',
} as const satisfies Readonly<Record<Term, string>>;

const UPLOADS_ONLY: ReadonlySet<Term> = new Set(['min-size', 'max-size', 'content-types', 'no-overwrite']);
