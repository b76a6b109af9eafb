/** The access keys of a user: made, switched off and on, deleted. */
import { useState } from 'preact/hooks';
import { announce } from '../components/announce.tsx';
import { Button } from '../components/button.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { Loaded, useLoaded } from '../components/loaded.tsx';
import { Badge } from '../components/note.tsx';
import { Time } from '../components/value.tsx';
import { words } from '../words/words.ts';
import {
  type AccessKey,
  createAccessKey,
  deleteAccessKey,
  type LastUse,
  lastUseOf,
  listAccessKeys,
  type NewAccessKey,
  setAccessKeyStatus,
} from './iam.ts';
import { SecretDialog } from './secret-dialog.tsx';

type Shown = AccessKey & { readonly lastUse?: LastUse | undefined };

export function AccessKeys({ userName }: { readonly userName: string }) {
  const text = words().people;
  const [keys, reload] = useLoaded((signal) => fetchKeys(userName, signal), [userName]);
  const [made, setMade] = useState<NewAccessKey>();
  const [deleting, setDeleting] = useState<string>();
  const [error, setError] = useState<unknown>();
  const attempt = (work: Promise<unknown>, said?: string) => {
    setError(undefined);
    work.then(() => {
      if (said !== undefined) announce(said);
      reload();
    }, setError);
  };
  return (
    <section class="section">
      <div class="section-head">
        <h2>{text.accessKeys}</h2>
        <Button icon="plus" onClick={() => attempt(createAccessKey(userName).then(setMade))}>
          {text.newKey}
        </Button>
      </div>
      {error !== undefined && <Failure error={error} />}
      <Loaded of={keys} onRetry={reload}>
        {(found) =>
          found.length === 0 ? (
            <p class="quiet">{text.noKeys}</p>
          ) : (
            <KeysTable
              keys={found}
              onStatus={(id, status) =>
                attempt(setAccessKeyStatus(userName, id, status), status === 'Active' ? text.activated : text.deactivated)
              }
              onDelete={setDeleting}
            />
          )
        }
      </Loaded>
      {made !== undefined && <SecretDialog made={made} onClose={() => setMade(undefined)} />}
      {deleting !== undefined && (
        <ConfirmDialog
          title={text.deleteTitle(deleting)}
          action={text.delete}
          isDangerous
          onClose={() => setDeleting(undefined)}
          onConfirm={async () => {
            await deleteAccessKey(userName, deleting);
            announce(text.deleted(deleting));
            reload();
          }}
        >
          <p>{text.deleteKeyHint}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

/** There are two at most. When each was used is left out for who may not know it. */
async function fetchKeys(userName: string, signal: AbortSignal): Promise<readonly Shown[]> {
  const keys = await listAccessKeys(userName, signal);
  return Promise.all(keys.map(async (key) => ({ ...key, lastUse: await lastUseOf(key.id, signal).catch(() => undefined) })));
}

function KeysTable({
  keys,
  onStatus,
  onDelete,
}: {
  readonly keys: readonly Shown[];
  readonly onStatus: (id: string, status: AccessKey['status']) => void;
  readonly onDelete: (id: string) => void;
}) {
  const text = words().people;
  return (
    <div class="table-room">
      <table class="table">
        <thead>
          <tr>
            <th>{text.keyId}</th>
            <th>{text.status}</th>
            <th class="wide-only">{text.created}</th>
            <th class="wide-only">{text.lastUsed}</th>
            <th class="fit">
              <span class="visually-hidden">{words().links.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map(({ id, status, createdAt, lastUse }) => (
            <tr key={id}>
              <td class="mono">{id}</td>
              <td>{status === 'Active' ? <Badge kind="good">{text.active}</Badge> : <Badge kind="warn">{text.inactive}</Badge>}</td>
              <td class="wide-only">
                <Time at={Date.parse(createdAt)} />
              </td>
              <td class="wide-only">
                {lastUse?.at === undefined ? (
                  <span class="quiet">{text.neverUsed}</span>
                ) : (
                  <>
                    <Time at={Date.parse(lastUse.at)} /> <span class="quiet">{text.lastUsedFor(lastUse.service)}</span>
                  </>
                )}
              </td>
              <td class="fit">
                <span class="row">
                  <Button kind="quiet" onClick={() => onStatus(id, status === 'Active' ? 'Inactive' : 'Active')}>
                    {status === 'Active' ? text.deactivate : text.activate}
                  </Button>
                  <Button kind="quiet" icon="trash" label={text.deleteName(id)} onClick={() => onDelete(id)} />
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
