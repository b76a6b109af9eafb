/** A policy of one user, group or role alone. */
import { useState } from 'preact/hooks';
import { announce } from '../components/announce.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { TextField } from '../components/field.tsx';
import { PolicyEditor, type Validity } from '../policies/policy-editor.tsx';
import { TEMPLATES, templateText, tidy } from '../policies/templates.ts';
import { words } from '../words/words.ts';
import { type Holder, putInlinePolicy } from './iam.ts';

const PLACES = { User: 'user-inline', Group: 'group-inline', Role: 'role-inline' } as const;

export function OwnPolicyDialog({
  holder: { kind, name: holderName },
  name,
  document,
  onSaved,
  onClose,
}: {
  readonly holder: Holder;
  /** `undefined` for a new one. */
  readonly name: string | undefined;
  readonly document: string;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}) {
  const text = words().policies;
  const [named, setNamed] = useState(name ?? '');
  const [value, setValue] = useState(() => (document === '' ? templateText(TEMPLATES[0] ?? { statements: [] }) : tidy(document)));
  const [validity, setValidity] = useState<Validity>({ state: 'checking' });
  return (
    <ConfirmDialog
      title={name === undefined ? text.newOwn : text.editName(name)}
      action={text.save}
      width="wide"
      isReady={named.trim() !== '' && validity.state === 'valid'}
      onClose={onClose}
      onConfirm={async () => {
        await putInlinePolicy(kind, holderName, named.trim(), value);
        announce(text.saved);
        onSaved();
      }}
    >
      {name === undefined && (
        <TextField label={words().people.name} hint={words().people.nameHint} isRequired hasFocus value={named} onInput={setNamed} />
      )}
      <PolicyEditor
        label={text.document}
        place={PLACES[kind]}
        value={value}
        onInput={setValue}
        validity={validity}
        onValidity={setValidity}
      />
    </ConfirmDialog>
  );
}
