/** The groups of a user, or the users of a group. */
import { useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { SelectField } from '../components/field.tsx';
import { Loaded, useLoaded } from '../components/loaded.tsx';
import { words } from '../words/words.ts';
import { holderPath } from './holder-path.ts';
import { addToGroup, everyHolder, groupsOf, type Holder, membersOfGroup, removeFromGroup } from './iam.ts';

export function Memberships({ holder: { kind, name } }: { readonly holder: Holder }) {
  const text = words().people;
  const isUser = kind === 'User';
  const [others, reload] = useLoaded((signal) => (isUser ? groupsOf(name, signal) : membersOfGroup(name, signal)), [kind, name]);
  const [isAdding, setAdding] = useState(false);
  const [error, setError] = useState<unknown>();
  const pair = (other: string) => (isUser ? ([other, name] as const) : ([name, other] as const));
  return (
    <section class="section">
      <div class="section-head">
        <h2>{isUser ? text.memberOf : text.members}</h2>
        <Button icon="plus" onClick={() => setAdding(true)}>
          {isUser ? text.addToGroup : text.addUser}
        </Button>
      </div>
      {error !== undefined && <Failure error={error} />}
      <Loaded of={others} onRetry={reload} lines={1}>
        {(found) => (
          <>
            {found.length === 0 ? (
              <p class="quiet">{isUser ? text.noGroupsOf : text.noMembers}</p>
            ) : (
              <ul class="lines">
                {found.map((other) => (
                  <li key={other.name}>
                    <a href={holderPath(other.kind, other.name)}>{other.name}</a>
                    <Button
                      kind="quiet"
                      icon="close"
                      label={text.removeFrom(other.name)}
                      onClick={() => void removeFromGroup(...pair(other.name)).then(reload, setError)}
                    />
                  </li>
                ))}
              </ul>
            )}
            {isAdding && (
              <AddDialog
                kind={isUser ? 'Group' : 'User'}
                without={found}
                title={isUser ? text.addToGroup : text.addUser}
                onAdd={async (other) => {
                  await addToGroup(...pair(other));
                  reload();
                }}
                onClose={() => setAdding(false)}
              />
            )}
          </>
        )}
      </Loaded>
    </section>
  );
}

function AddDialog({
  kind,
  without,
  title,
  onAdd,
  onClose,
}: {
  readonly kind: 'User' | 'Group';
  readonly without: readonly Holder[];
  readonly title: string;
  readonly onAdd: (name: string) => Promise<void>;
  readonly onClose: () => void;
}) {
  const text = words().people;
  const [all] = useLoaded((signal) => everyHolder(kind, signal), [kind]);
  const [chosen, setChosen] = useState('');
  const there = new Set(without.map(({ name }) => name));
  const choices = all.state === 'loaded' ? all.value.filter(({ name }) => !there.has(name)) : [];
  return (
    <ConfirmDialog title={title} action={text.add} isReady={chosen !== ''} onConfirm={() => onAdd(chosen)} onClose={onClose}>
      <Loaded of={all} lines={1}>
        {() => (
          <SelectField
            label={kind === 'User' ? text.users : text.groups}
            value={chosen}
            choices={[{ value: '', label: text.choose }, ...choices.map(({ name }) => ({ value: name, label: name }))]}
            onChange={setChosen}
          />
        )}
      </Loaded>
    </ConfirmDialog>
  );
}
