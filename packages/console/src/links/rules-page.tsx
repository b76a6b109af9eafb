/** Revocation rules: everything that was signed before a moment, of a user, a label, a bucket. */
import { useState } from 'preact/hooks';
import { api } from '../api/client.ts';
import { announce } from '../components/announce.tsx';
import { Button } from '../components/button.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { CheckField, SelectField, TextField } from '../components/field.tsx';
import { Empty, Note } from '../components/note.tsx';
import { type Page, PagedEnd, usePaged } from '../components/paged.tsx';
import { Tabs } from '../components/tabs.tsx';
import { Time } from '../components/value.tsx';
import type { PageProps } from '../pages.ts';
import { words } from '../words/words.ts';
import { nameInArn } from './link.ts';
import { type Rule, ruleText } from './rule.ts';

export function RulesPage({ query }: PageProps) {
  const text = words().links;
  const list = usePaged<Rule>((after, signal) => api<Page<Rule>>('GET', '/revocations', { query: { limit: 100, after }, signal }), []);
  const [isMaking, setMaking] = useState(query.by !== undefined);
  const [removing, setRemoving] = useState<Rule>();
  return (
    <div class="page">
      <div class="page-head">
        <h1>{text.rules}</h1>
        <Button kind="danger" onClick={() => setMaking(true)}>
          {text.revokeEverything}
        </Button>
      </div>
      <Tabs
        label={text.title}
        tabs={[
          ['/links', text.title],
          ['/links/rules', text.rules],
        ]}
      />
      {list.items.length > 0 && (
        <div class="table-room">
          <table class="table">
            <thead>
              <tr>
                <th>{text.ruleWhat}</th>
                <th>{text.signedBefore}</th>
                <th class="wide-only">{text.madeBy}</th>
                <th class="fit">
                  <span class="visually-hidden">{text.actions}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.items.map((rule) => (
                <tr key={rule.id}>
                  <td>{ruleText(rule)}</td>
                  <td>
                    <Time at={Date.parse(rule.signedBefore)} />
                  </td>
                  <td class="wide-only">{nameInArn(rule.createdBy)}</td>
                  <td class="fit">
                    <Button kind="quiet" onClick={() => setRemoving(rule)}>
                      {text.removeRule}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.items.length === 0 && list.state === 'end' && (
        <Empty icon="link" title={text.noRules}>
          {text.noRulesHint}
        </Empty>
      )}
      <PagedEnd of={list} />
      {isMaking && <NewRule query={query} onDone={list.reload} onClose={() => setMaking(false)} />}
      {removing !== undefined && (
        <ConfirmDialog
          title={text.removeRuleTitle}
          action={text.removeRule}
          onClose={() => setRemoving(undefined)}
          onConfirm={async () => {
            await api('DELETE', `/revocations/${encodeURIComponent(removing.id)}`);
            list.reload();
          }}
        >
          <p>{ruleText(removing)}</p>
          <p class="quiet small">{text.removeRuleHint}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}

const KINDS = ['label', 'user', 'role', 'access-key', 'bucket', 'prefix', 'url', 'all'] as const;
type Kind = (typeof KINDS)[number];

function NewRule({
  query,
  onDone,
  onClose,
}: {
  readonly query: PageProps['query'];
  readonly onDone: () => void;
  readonly onClose: () => void;
}) {
  const text = words().links;
  const [by, setBy] = useState<Kind>(KINDS.find((kind) => kind === query.by) ?? 'label');
  const [value, setValue] = useState(query.value ?? query.prefix ?? '');
  const [bucket, setBucket] = useState(query.bucket ?? '');
  const [isCut, setCut] = useState(false);
  const needsBucket = by === 'bucket' || by === 'prefix';
  const isReady = by === 'all' || (needsBucket ? bucket.trim() !== '' && (by === 'bucket' || value !== '') : value.trim() !== '');
  const labels: Readonly<Record<Kind, string>> = {
    label: text.byLabel,
    user: text.byUser,
    role: text.byRole,
    'access-key': text.byAccessKey,
    bucket: text.byBucket,
    prefix: text.byPrefix,
    url: text.byUrl,
    all: text.byAll,
  };
  return (
    <ConfirmDialog
      title={text.revokeBy}
      action={text.revoke}
      isDangerous
      isReady={isReady}
      typed={by === 'all' ? { label: text.typeAll, value: text.everything } : undefined}
      onClose={onClose}
      onConfirm={async () => {
        await api('POST', '/revocations', { body: { ...ruleBody(by, bucket.trim(), value), ...(isCut && { cut: true }) } });
        announce(text.ruleMade);
        onDone();
      }}
    >
      <SelectField
        label={text.revokeBy}
        value={by}
        choices={KINDS.map((kind) => ({ value: kind, label: labels[kind] }))}
        onChange={setBy}
      />
      {needsBucket && <TextField label={text.bucket} value={bucket} onInput={setBucket} />}
      {by !== 'all' && by !== 'bucket' && (
        <TextField
          label={by === 'url' ? text.valueUrl : by === 'prefix' ? text.prefix : text.value}
          isMono
          value={value}
          onInput={setValue}
        />
      )}
      <CheckField label={text.cut} isChecked={isCut} onChange={setCut} />
      <Note>{text.ruleHint}</Note>
    </ConfirmDialog>
  );
}

function ruleBody(by: Kind, bucket: string, value: string): Readonly<Record<string, unknown>> {
  const trimmed = value.trim();
  switch (by) {
    case 'url':
      return { by, url: trimmed };
    case 'access-key':
      return { by, accessKeyId: trimmed };
    case 'bucket':
      return { by, bucket };
    case 'prefix':
      return { by, bucket, prefix: value };
    case 'all':
      return { by };
    default:
      return { by, [by]: trimmed };
  }
}
