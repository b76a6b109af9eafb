/** A new user, group or role; a user with an access key at once, where that is wanted. */
import { useState } from 'preact/hooks';
import { announce } from '../components/announce.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { CheckField, SelectField, TextField } from '../components/field.tsx';
import { useLoaded } from '../components/loaded.tsx';
import { everyPolicy } from '../policies/managed.ts';
import { PolicyEditor, type Validity } from '../policies/policy-editor.tsx';
import { templateText } from '../policies/templates.ts';
import { session } from '../session/session.ts';
import { words } from '../words/words.ts';
import { attachPolicy, createAccessKey, createHolder, type HolderKind, type NewAccessKey } from './iam.ts';

export function NewHolderDialog({
  kind,
  onMade,
  onClose,
}: {
  readonly kind: HolderKind;
  readonly onMade: (key: NewAccessKey | undefined) => void;
  readonly onClose: () => void;
}) {
  const text = words().people;
  const [name, setName] = useState('');
  const [hasKey, setHasKey] = useState(true);
  const [policy, setPolicy] = useState('');
  const [trust, setTrust] = useState(trustOfThisAccount);
  const [validity, setValidity] = useState<Validity>({ state: 'checking' });
  const [policies] = useLoaded((signal) => everyPolicy(signal), []);
  const title = { User: text.newUser, Group: text.newGroup, Role: text.newRole }[kind];
  const create = async () => {
    const named = name.trim();
    await createHolder(kind, named, kind === 'Role' ? { AssumeRolePolicyDocument: trust } : {});
    if (policy !== '') await attachPolicy(kind, named, policy);
    const key = kind === 'User' && hasKey ? await createAccessKey(named) : undefined;
    announce(text.made(named));
    onMade(key);
  };
  return (
    <ConfirmDialog
      title={title}
      action={text.create}
      width={kind === 'Role' ? 'wide' : 'usual'}
      isReady={/^[\w+=,.@-]{1,64}$/.test(name.trim()) && (kind !== 'Role' || validity.state === 'valid')}
      onConfirm={create}
      onClose={onClose}
    >
      <TextField label={text.name} hint={text.nameHint} isRequired hasFocus value={name} onInput={setName} />
      <SelectField
        label={text.firstPolicy}
        value={policy}
        choices={[
          { value: '', label: text.noPolicy },
          ...(policies.state === 'loaded' ? policies.value : []).map(({ name: label, arn }) => ({ value: arn, label })),
        ]}
        onChange={setPolicy}
      />
      {kind === 'User' && <CheckField label={text.withKey} isChecked={hasKey} onChange={setHasKey} />}
      {kind === 'Role' && (
        <PolicyEditor
          label={text.trust}
          place="trust"
          hasTemplates={false}
          value={trust}
          onInput={setTrust}
          validity={validity}
          onValidity={setValidity}
        />
      )}
    </ConfirmDialog>
  );
}

/** Every user of this installation whom a policy lets. */
function trustOfThisAccount(): string {
  const { value } = session;
  const account = value.state === 'in' ? (value.principal.arn.split(':')[4] ?? '') : '';
  const principal = { AWS: `arn:aws:iam::${account}:root` };
  return templateText({ statements: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }] });
}
