/** A new managed policy. */
import { useState } from 'preact/hooks';
import { announce } from '../components/announce.tsx';
import { Button } from '../components/button.tsx';
import { Failure } from '../components/failure.tsx';
import { TextField } from '../components/field.tsx';
import { go } from '../router.ts';
import { words } from '../words/words.ts';
import { createPolicy } from './managed.ts';
import { PolicyEditor, type Validity } from './policy-editor.tsx';
import { TEMPLATES, templateText } from './templates.ts';

export function NewPolicyPage() {
  const text = words().policies;
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [document, setDocument] = useState(() => templateText(TEMPLATES[0] ?? { statements: [] }));
  const [validity, setValidity] = useState<Validity>({ state: 'checking' });
  const [error, setError] = useState<unknown>();
  const [isNeeded, setNeeded] = useState(false);
  const save = async () => {
    if (name.trim() === '') return setNeeded(true);
    if (validity.state !== 'valid') return;
    try {
      const arn = await createPolicy(name.trim(), document, description.trim());
      announce(text.saved);
      go('/policies/policy', { arn });
    } catch (cause) {
      setError(cause);
    }
  };
  return (
    <form
      class="page narrow"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div class="page-head">
        <div class="crumbs">
          <a href="/policies">{text.title}</a>
          <span class="quiet">/</span>
          <h1>{text.newPolicy}</h1>
        </div>
      </div>
      <div class="fields">
        <TextField
          label={words().people.name}
          hint={words().people.nameHint}
          isRequired
          value={name}
          onInput={setName}
          error={isNeeded && name.trim() === '' ? words().share.needed : undefined}
        />
        <TextField label={text.description} value={description} onInput={setDescription} />
      </div>
      <PolicyEditor
        label={text.document}
        place="managed"
        value={document}
        onInput={setDocument}
        validity={validity}
        onValidity={setValidity}
      />
      {error !== undefined && <Failure error={error} />}
      <div class="row">
        <Button type="submit" kind="primary" isDisabled={validity.state !== 'valid'}>
          {text.save}
        </Button>
      </div>
    </form>
  );
}
