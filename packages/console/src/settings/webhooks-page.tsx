/** Who is told what happens to links and upload requests. */
import { useState } from 'preact/hooks';
import { announce } from '../components/announce.tsx';
import { Button } from '../components/button.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { CopyField } from '../components/copy-field.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { Loaded, useLoaded } from '../components/loaded.tsx';
import { Menu, type MenuItem } from '../components/menu.tsx';
import { Badge, Empty, Note } from '../components/note.tsx';
import { words } from '../words/words.ts';
import { DeadLettersDialog } from './dead-letters-dialog.tsx';
import { NewWebhookDialog } from './new-webhook-dialog.tsx';
import { SettingsTabs } from './settings-tabs.tsx';
import { changeWebhook, deleteWebhook, EVENT_WORDS, listWebhooks, type Tested, testWebhook, type Webhook } from './webhook.ts';

type Shown =
  | { readonly dialog: 'none' }
  | { readonly dialog: 'new' }
  | { readonly dialog: 'secret'; readonly secret: string }
  | { readonly dialog: 'delete' | 'dead-letters'; readonly webhook: Webhook };

export function WebhooksPage() {
  const text = words().settings;
  const [webhooks, reload] = useLoaded((signal) => listWebhooks(signal), []);
  const [shown, setShown] = useState<Shown>({ dialog: 'none' });
  const [said, setSaid] = useState<{ readonly tested?: Tested; readonly error?: unknown }>({});
  const close = () => setShown({ dialog: 'none' });
  const withSecret = ({ secret }: Webhook) => {
    reload();
    if (secret !== undefined) setShown({ dialog: 'secret', secret });
  };
  const change = (webhook: Webhook, changes: Readonly<Record<string, unknown>>) =>
    changeWebhook(webhook.id, changes).then(withSecret, (error: unknown) => setSaid({ error }));
  const test = (webhook: Webhook) =>
    testWebhook(webhook.id).then(
      (tested) => {
        setSaid({ tested });
        announce(testedText(tested));
      },
      (error: unknown) => setSaid({ error }),
    );
  const itemsFor = (webhook: Webhook): readonly MenuItem[] => [
    { label: text.test, icon: 'play', onSelect: () => void test(webhook) },
    webhook.status === 'active'
      ? { label: text.pause, icon: 'pause', onSelect: () => void change(webhook, { status: 'paused' }) }
      : { label: text.resume, icon: 'play', onSelect: () => void change(webhook, { status: 'active' }) },
    { label: text.newSecret, icon: 'key', onSelect: () => void change(webhook, { newSecret: true }) },
    { label: text.undelivered, icon: 'list', onSelect: () => setShown({ dialog: 'dead-letters', webhook }) },
    'line',
    { label: text.delete, icon: 'trash', isDangerous: true, onSelect: () => setShown({ dialog: 'delete', webhook }) },
  ];
  const add = (
    <Button icon="plus" onClick={() => setShown({ dialog: 'new' })}>
      {text.newWebhook}
    </Button>
  );
  return (
    <div class="page">
      <div class="page-head">
        <h1>{text.webhooks}</h1>
        {add}
      </div>
      <SettingsTabs />
      {said.error !== undefined && <Failure error={said.error} />}
      {said.tested !== undefined && <Note kind={said.tested.delivered ? 'good' : 'danger'}>{testedText(said.tested)}</Note>}
      <Loaded of={webhooks} onRetry={reload}>
        {(found) =>
          found.length === 0 ? (
            <Empty icon="share" title={text.noWebhooks} action={add}>
              {text.noWebhooksHint}
            </Empty>
          ) : (
            <WebhooksTable webhooks={found} itemsFor={itemsFor} />
          )
        }
      </Loaded>
      {shown.dialog === 'new' && <NewWebhookDialog onMade={withSecret} onClose={close} />}
      {shown.dialog === 'secret' && <WebhookSecret secret={shown.secret} onClose={close} />}
      {shown.dialog === 'dead-letters' && <DeadLettersDialog webhook={shown.webhook} onClose={close} />}
      {shown.dialog === 'delete' && (
        <ConfirmDialog
          title={text.deleteTitle(shown.webhook.url)}
          action={text.delete}
          isDangerous
          onClose={close}
          onConfirm={async () => {
            await deleteWebhook(shown.webhook.id);
            reload();
          }}
        >
          <p>{text.deleteHint}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}

function testedText({ delivered, status, reason }: Tested): string {
  const text = words().settings;
  return delivered ? text.tested(String(status ?? '')) : text.notDelivered(reason ?? String(status ?? ''));
}

function WebhooksTable({
  webhooks,
  itemsFor,
}: {
  readonly webhooks: readonly Webhook[];
  readonly itemsFor: (webhook: Webhook) => readonly MenuItem[];
}) {
  const text = words().settings;
  return (
    <div class="table-room">
      <table class="table two-lines">
        <thead>
          <tr>
            <th>{text.url}</th>
            <th class="wide-only">{text.events}</th>
            <th class="ends">{words().links.status}</th>
            <th class="actions">
              <span class="visually-hidden">{words().links.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {webhooks.map((webhook) => (
            <tr key={webhook.id}>
              <td>
                <span class="mono">{webhook.url}</span>
                <span class="sub">{[webhook.note, webhook.bucket, webhook.label].filter(Boolean).join(' · ')}</span>
              </td>
              <td class="wide-only wraps">{webhook.events.map((event) => text[EVENT_WORDS[event]]).join(', ')}</td>
              <td class="ends">
                {webhook.status === 'active' ? <Badge kind="good">{text.active}</Badge> : <Badge kind="warn">{text.paused}</Badge>}
              </td>
              <td class="actions">
                <Menu kind="quiet" icon="more" label={words().shell.moreActions(webhook.url)} items={itemsFor(webhook)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function WebhookSecret({ secret, onClose }: { readonly secret: string; readonly onClose: () => void }) {
  const text = words().settings;
  return (
    <Dialog
      title={text.secretTitle}
      onClose={onClose}
      onSubmit={onClose}
      actions={
        <Button type="submit" kind="primary">
          {text.done}
        </Button>
      }
    >
      <Note kind="warn">{text.secretOnce}</Note>
      <CopyField label={text.secret} value={secret} />
    </Dialog>
  );
}
