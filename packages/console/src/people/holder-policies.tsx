/** What a user, group or role may do: attached policies, and those of its own. */
import { useState } from 'preact/hooks';
import { announce } from '../components/announce.tsx';
import { Button } from '../components/button.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { SelectField } from '../components/field.tsx';
import { Loaded, useLoaded } from '../components/loaded.tsx';
import { everyPolicy } from '../policies/managed.ts';
import { words } from '../words/words.ts';
import { policyPath } from './holder-path.ts';
import { attachedPolicies, attachPolicy, deleteInlinePolicy, detachPolicy, type Holder, inlinePolicies, inlinePolicy } from './iam.ts';
import { OwnPolicyDialog } from './own-policy-dialog.tsx';

export function HolderPolicies({ holder }: { readonly holder: Holder }) {
  return (
    <>
      <Attached holder={holder} />
      <Own holder={holder} />
    </>
  );
}

function Attached({ holder: { kind, name } }: { readonly holder: Holder }) {
  const text = words().policies;
  const [attached, reload] = useLoaded((signal) => attachedPolicies(kind, name, signal), [kind, name]);
  const [isAdding, setAdding] = useState(false);
  const [error, setError] = useState<unknown>();
  return (
    <section class="section">
      <div class="section-head">
        <h2>{text.managed}</h2>
        <Button icon="plus" onClick={() => setAdding(true)}>
          {text.attach}
        </Button>
      </div>
      {error !== undefined && <Failure error={error} />}
      <Loaded of={attached} onRetry={reload} lines={1}>
        {(found) =>
          found.length === 0 ? (
            <p class="quiet">{text.noneAttached}</p>
          ) : (
            <ul class="lines">
              {found.map((policy) => (
                <li key={policy.arn}>
                  <a href={policyPath(policy.arn)}>{policy.name}</a>
                  <Button
                    kind="quiet"
                    icon="close"
                    label={text.detachName(policy.name)}
                    onClick={() => void detachPolicy(kind, name, policy.arn).then(reload, setError)}
                  />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {isAdding && (
        <AttachDialog
          onAttach={async (arn) => {
            await attachPolicy(kind, name, arn);
            reload();
          }}
          onClose={() => setAdding(false)}
        />
      )}
    </section>
  );
}

function AttachDialog({ onAttach, onClose }: { readonly onAttach: (arn: string) => Promise<void>; readonly onClose: () => void }) {
  const text = words().policies;
  const [all] = useLoaded((signal) => everyPolicy(signal), []);
  const [chosen, setChosen] = useState('');
  return (
    <ConfirmDialog
      title={text.attachTitle}
      action={text.attach}
      isReady={chosen !== ''}
      onConfirm={() => onAttach(chosen)}
      onClose={onClose}
    >
      <Loaded of={all} lines={1}>
        {(found) =>
          found.length === 0 ? (
            <p>
              <a href="/policies/new">{text.newPolicy}</a>
            </p>
          ) : (
            <SelectField
              label={text.title}
              value={chosen}
              choices={[{ value: '', label: words().people.choose }, ...found.map(({ name, arn }) => ({ value: arn, label: name }))]}
              onChange={setChosen}
            />
          )
        }
      </Loaded>
    </ConfirmDialog>
  );
}

type Editing = { readonly name: string | undefined; readonly document: string };

function Own({ holder }: { readonly holder: Holder }) {
  const text = words().policies;
  const { kind, name } = holder;
  const [own, reload] = useLoaded((signal) => inlinePolicies(kind, name, signal), [kind, name]);
  const [editing, setEditing] = useState<Editing>();
  const [deleting, setDeleting] = useState<string>();
  const [error, setError] = useState<unknown>();
  const edit = (policy: string) => inlinePolicy(kind, name, policy).then((document) => setEditing({ name: policy, document }), setError);
  return (
    <section class="section">
      <div class="section-head">
        <div class="row">
          <h2>{text.own}</h2>
          <span class="quiet">{text.ownHint}</span>
        </div>
        <Button icon="plus" onClick={() => setEditing({ name: undefined, document: '' })}>
          {text.newOwn}
        </Button>
      </div>
      {error !== undefined && <Failure error={error} />}
      <Loaded of={own} onRetry={reload} lines={1}>
        {(found) =>
          found.length === 0 ? (
            <p class="quiet">{text.noneAttached}</p>
          ) : (
            <ul class="lines">
              {found.map((policy) => (
                <li key={policy}>
                  <button type="button" class="cell-button" aria-label={text.editName(policy)} onClick={() => void edit(policy)}>
                    {policy}
                  </button>
                  <Button kind="quiet" icon="trash" label={text.deleteName(policy)} onClick={() => setDeleting(policy)} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {editing !== undefined && (
        <OwnPolicyDialog
          holder={holder}
          name={editing.name}
          document={editing.document}
          onSaved={reload}
          onClose={() => setEditing(undefined)}
        />
      )}
      {deleting !== undefined && (
        <ConfirmDialog
          title={text.deleteTitle(deleting)}
          action={text.deleteName(deleting)}
          isDangerous
          onClose={() => setDeleting(undefined)}
          onConfirm={async () => {
            await deleteInlinePolicy(kind, name, deleting);
            announce(words().people.deleted(deleting));
            reload();
          }}
        >
          <p>{text.deleteHint}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}
