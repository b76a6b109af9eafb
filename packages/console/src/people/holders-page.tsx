/** Users, groups, roles: a list of each. */
import { useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Empty } from '../components/note.tsx';
import { PagedEnd, usePaged } from '../components/paged.tsx';
import { Time } from '../components/value.tsx';
import { words } from '../words/words.ts';
import { holderPath } from './holder-path.ts';
import { type Holder, type HolderKind, listHolders, type NewAccessKey } from './iam.ts';
import { NewHolderDialog } from './new-holder-dialog.tsx';
import { PeopleTabs } from './people-tabs.tsx';
import { SecretDialog } from './secret-dialog.tsx';

export const UsersPage = () => <HoldersPage kind="User" />;
export const GroupsPage = () => <HoldersPage kind="Group" />;
export const RolesPage = () => <HoldersPage kind="Role" />;

function HoldersPage({ kind }: { readonly kind: HolderKind }) {
  const text = words().people;
  const list = usePaged<Holder>((after, signal) => listHolders(kind, after, signal), [kind]);
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<NewAccessKey>();
  const newText = { User: text.newUser, Group: text.newGroup, Role: text.newRole }[kind];
  const none = {
    User: [text.noUsers, text.noUsersHint],
    Group: [text.noGroups, text.noGroupsHint],
    Role: [text.noRoles, text.noRolesHint],
  }[kind];
  const add = <Button onClick={() => setMaking(true)}>{newText}</Button>;
  return (
    <div class="page">
      <div class="page-head">
        <h1>{text.title}</h1>
        <Button icon="plus" onClick={() => setMaking(true)}>
          {newText}
        </Button>
      </div>
      <PeopleTabs />
      {list.items.length > 0 && (
        <div class="table-room">
          <table class="table">
            <thead>
              <tr>
                <th>{text.name}</th>
                <th class="wide-only">{text.arn}</th>
                <th class="ends">{text.created}</th>
              </tr>
            </thead>
            <tbody>
              {list.items.map(({ name, arn, createdAt }) => (
                <tr key={arn}>
                  <td>
                    <a class="cell-link name" href={holderPath(kind, name)}>
                      {name}
                    </a>
                  </td>
                  <td class="wide-only mono quiet">{arn}</td>
                  <td class="ends">
                    <Time at={Date.parse(createdAt)} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.items.length === 0 && list.state === 'end' && (
        <Empty icon={kind === 'User' ? 'user' : 'people'} title={none?.[0] ?? ''} action={add}>
          {none?.[1]}
        </Empty>
      )}
      <PagedEnd of={list} />
      {isMaking && (
        <NewHolderDialog
          kind={kind}
          onClose={() => setMaking(false)}
          onMade={(key) => {
            list.reload();
            setMade(key);
          }}
        />
      )}
      {made !== undefined && <SecretDialog made={made} onClose={() => setMade(undefined)} />}
    </div>
  );
}
