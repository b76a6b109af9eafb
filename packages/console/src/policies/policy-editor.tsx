/** An editor of policy documents that says while one types what the server would refuse, and where: it has the server's own reader. */
import type { PolicyPlace } from '@latchkey/policy/limits';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Field, SelectField } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { countText } from '../format.ts';
import { language, words } from '../words/words.ts';
import { TEMPLATES, templateText, tidy } from './templates.ts';

type Problem = { readonly line: number; readonly column: number; readonly message: string };

export type Validity =
  | { readonly state: 'checking' }
  | { readonly state: 'valid' }
  | { readonly state: 'wrong'; readonly problems: readonly Problem[] };

export type PolicyEditorProps = {
  readonly label: string;
  readonly place: PolicyPlace;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly onValidity: (validity: Validity) => void;
  readonly validity: Validity;
  readonly hasTemplates?: boolean | undefined;
};

export function PolicyEditor({ label, place, value, onInput, onValidity, validity, hasTemplates = true }: PolicyEditorProps) {
  const text = words().policies;
  const field = useRef<HTMLTextAreaElement>(null);
  const [template, setTemplate] = useState('');
  useEffect(() => {
    let isCurrent = true;
    onValidity({ state: 'checking' });
    const timer = setTimeout(async () => {
      const { parsePolicy } = await import('@latchkey/policy/document');
      if (!isCurrent) return;
      const parsed = parsePolicy(value, place);
      onValidity(parsed.ok ? { state: 'valid' } : { state: 'wrong', problems: parsed.problems });
    }, CHECKED_AFTER_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [value, place]);
  return (
    <div class="editor">
      <div class="spread">
        {hasTemplates ? (
          <SelectField
            label={text.template}
            value={template}
            choices={[
              { value: '', label: text.templateEmpty },
              ...TEMPLATES.map(({ name }) => ({ value: name, label: text[name] as string })),
            ]}
            onChange={(name) => {
              setTemplate(name);
              const chosen = TEMPLATES.find((candidate) => candidate.name === name);
              if (chosen !== undefined) onInput(templateText(chosen));
            }}
          />
        ) : (
          <span />
        )}
        <Button onClick={() => onInput(tidy(value))}>{text.tidy}</Button>
      </div>
      <Field label={label}>
        {(control) => (
          <textarea
            ref={field}
            class="input mono"
            rows={18}
            spellcheck={false}
            autoCapitalize="off"
            value={value}
            onInput={(event) => onInput(event.currentTarget.value)}
            {...control}
            aria-invalid={validity.state === 'wrong' ? 'true' : undefined}
          />
        )}
      </Field>
      <Verdict validity={validity} onGoTo={(problem) => goTo(field.current, problem)} />
    </div>
  );
}

const CHECKED_AFTER_MS = 250;

function Verdict({ validity, onGoTo }: { readonly validity: Validity; readonly onGoTo: (problem: Problem) => void }) {
  const text = words().policies;
  const locale = language.value.language.tag;
  switch (validity.state) {
    case 'checking':
      return <p class="quiet small">{text.checking}</p>;
    case 'valid':
      return (
        <p class="made-state good small" aria-live="polite">
          <Icon name="check" />
          {text.valid}
        </p>
      );
    case 'wrong':
      return (
        <div class="problems">
          <p aria-live="polite">{text.problems(countText(validity.problems.length, locale))}</p>
          {validity.problems.map((problem) => (
            <button key={`${problem.line}:${problem.column}:${problem.message}`} type="button" onClick={() => onGoTo(problem)}>
              <span class="place">{text.problemAt(String(problem.line), String(problem.column))}</span>
              <span>{problem.message}</span>
            </button>
          ))}
        </div>
      );
  }
}

/** Puts the cursor where something is wrong, in sight. */
function goTo(field: HTMLTextAreaElement | null, { line, column }: Problem): void {
  if (field === null) return;
  const lines = field.value.split('\n');
  const at = lines.slice(0, line - 1).reduce((sum, before) => sum + before.length + 1, 0) + column - 1;
  field.focus();
  field.setSelectionRange(at, at + 1);
  field.scrollTop = Math.max(0, (line - 5) * 20);
}
