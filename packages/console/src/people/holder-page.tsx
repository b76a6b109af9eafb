/** One user, group or role: its access keys, who belongs to whom, what it may do. */
import { useState } from 'preact/hooks';
import { announce } from '../components/announce.tsx';
import { Button, ButtonLink } from '../components/button.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { Loaded, useLoaded } from '../components/loaded.tsx';
import { Menu, type MenuItem } from '../components/menu.tsx';
import { Time } from '../components/value.tsx';
import type { PageProps } from '../pages.ts';
import { go, hrefOf } from '../router.ts';
import { words } from '../words/words.ts';
import { AccessKeys } from './access-keys.tsx';
import { HolderPolicies } from './holder-policies.tsx';
import { deleteHolder, fetchHolder, type Holder, type HolderKind } from './iam.ts';
import { Memberships } from './memberships.tsx';
import { TrustPolicy } from './trust-policy.tsx';

export const UserPage = ({ query }: PageProps) => <HolderPage key={query.name} kind="User" name={query.name ?? ''} />;
export const GroupPage = ({ query }: PageProps) => <HolderPage key={query.name} kind="Group" name={query.name ?? ''} />;
export const RolePage = ({ query }: PageProps) => <HolderPage key={query.name} kind="Role" name={query.name ?? ''} />;

function HolderPage({ kind, name }: { readonly kind: HolderKind; readonly name: string }) {
  const [holder, reload] = useLoaded((signal) => fetchHolder(kind, name, signal), [kind, name]);
  return (
    <div class="page">
      <Loaded of={holder} onRetry={reload}>
        {(found) => <Shown holder={found} onChange={reload} />}
      </Loaded>
    </div>
  );
}

function Shown({ holder, onChange }: { readonly holder: Holder; readonly onChange: () => void }) {
  const text = words().people;
  const { kind, name, arn, createdAt, description } = holder;
  const [isDeleting, setDeleting] = useState(false);
  const [listPath, listName] = {
    User: ['/people', text.users] as const,
    Group: ['/people/groups', text.groups] as const,
    Role: ['/people/roles', text.roles] as const,
  }[kind];
  const items: readonly MenuItem[] = [
    { label: words().policies.check, icon: 'policy', onSelect: () => go('/policies/check', { who: arn }) },
    ...(kind === 'Group'
      ? []
      : [
          { label: text.links, icon: 'link' as const, onSelect: () => go('/links', { createdBy: arn }) },
          { label: text.audit, icon: 'list' as const, onSelect: () => go('/audit', { user: name }) },
          'line' as const,
          {
            label: text.revokeAll,
            icon: 'close' as const,
            isDangerous: true,
            onSelect: () => go('/links/rules', { by: kind === 'User' ? 'user' : 'role', value: name }),
          },
        ]),
  ];
  return (
    <>
      <div class="page-head">
        <div class="crumbs">
          <a href={listPath}>{listName}</a>
          <span class="quiet">/</span>
          <h1 class="name">{name}</h1>
        </div>
        <ButtonLink icon="policy" href={hrefOf('/policies/check', { who: arn })}>
          {words().policies.check}
        </ButtonLink>
        <Button kind="danger" onClick={() => setDeleting(true)}>
          {text.delete}
        </Button>
        <Menu icon="more" label={words().shell.moreActions(name)} items={items} />
      </div>
      <dl class="facts">
        <dt>{text.arn}</dt>
        <dd class="mono">{arn}</dd>
        <dt>{text.created}</dt>
        <dd>
          <Time at={Date.parse(createdAt)} />
        </dd>
        {description !== undefined && (
          <>
            <dt>{words().policies.description}</dt>
            <dd>{description}</dd>
          </>
        )}
      </dl>
      {kind === 'User' && <AccessKeys userName={name} />}
      {kind !== 'Role' && <Memberships holder={holder} />}
      {kind === 'Role' && <TrustPolicy role={holder} onChange={onChange} />}
      <HolderPolicies holder={holder} />
      {isDeleting && (
        <ConfirmDialog
          title={text.deleteTitle(name)}
          action={text.deleteName(name)}
          isDangerous
          typed={{ label: text.typeName, value: name }}
          onClose={() => setDeleting(false)}
          onConfirm={async () => {
            await deleteHolder(kind, name);
            announce(text.deleted(name));
            go(listPath);
          }}
        >
          <p>{{ User: text.deleteUserHint, Group: text.deleteGroupHint, Role: text.deleteRoleHint }[kind]}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
