/** Who may take on a role. */
import { useState } from 'preact/hooks';
import { callAction } from '../api/query-api.ts';
import { announce } from '../components/announce.tsx';
import { Button } from '../components/button.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { PolicyEditor, type Validity } from '../policies/policy-editor.tsx';
import { tidy } from '../policies/templates.ts';
import { words } from '../words/words.ts';
import type { Holder } from './iam.ts';

export function TrustPolicy({ role: { name, trust = '' }, onChange }: { readonly role: Holder; readonly onChange: () => void }) {
  const text = words().people;
  const [isEditing, setEditing] = useState(false);
  return (
    <section class="section">
      <div class="section-head">
        <div class="row">
          <h2>{text.trust}</h2>
          <span class="quiet">{text.trustHint}</span>
        </div>
        <Button icon="edit" onClick={() => setEditing(true)}>
          {words().policies.edit}
        </Button>
      </div>
      <pre class="document">{tidy(trust)}</pre>
      {isEditing && <Editing name={name} trust={trust} onChange={onChange} onClose={() => setEditing(false)} />}
    </section>
  );
}

function Editing({
  name,
  trust,
  onChange,
  onClose,
}: {
  readonly name: string;
  readonly trust: string;
  readonly onChange: () => void;
  readonly onClose: () => void;
}) {
  const text = words();
  const [value, setValue] = useState(tidy(trust));
  const [validity, setValidity] = useState<Validity>({ state: 'checking' });
  return (
    <ConfirmDialog
      title={text.people.trust}
      action={text.policies.save}
      width="wide"
      isReady={validity.state === 'valid'}
      onClose={onClose}
      onConfirm={async () => {
        await callAction('iam', 'UpdateAssumeRolePolicy', { RoleName: name, PolicyDocument: value });
        announce(text.policies.saved);
        onChange();
      }}
    >
      <PolicyEditor
        label={text.people.trust}
        place="trust"
        hasTemplates={false}
        value={value}
        onInput={setValue}
        validity={validity}
        onValidity={setValidity}
      />
    </ConfirmDialog>
  );
}
