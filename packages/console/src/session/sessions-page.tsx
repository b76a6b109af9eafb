/** Where one is signed in, and the end of it; for who may, where everybody is. */
import { useState } from 'preact/hooks';
import { api } from '../api/client.ts';
import { isCode } from '../api/refusal.ts';
import { announce } from '../components/announce.tsx';
import { Button } from '../components/button.tsx';
import { Failure } from '../components/failure.tsx';
import { Loaded, useLoaded } from '../components/loaded.tsx';
import { Badge, Note } from '../components/note.tsx';
import { Time } from '../components/value.tsx';
import { words } from '../words/words.ts';
import { browserName } from './browser-name.ts';
import { signOut } from './session.ts';

type Listed = {
  readonly id: string;
  readonly user: string;
  readonly isCurrent: boolean;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly address: string;
  readonly userAgent: string;
};

type Page = { readonly items: readonly Listed[] };

export function SessionsPage() {
  const text = words().sessions;
  const [all, setAll] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const query = { limit: 500, all: all || undefined };
  const [page, reload] = useLoaded((signal) => api<Page>('GET', '/sessions', { query, signal }), [all]);
  const end = async ({ id, isCurrent }: Listed) => {
    try {
      if (isCurrent) return await signOut();
      await api('DELETE', `/sessions/${id}`);
      announce(text.ended);
      reload();
    } catch (error) {
      setFailure(error);
    }
  };
  return (
    <div class="page">
      <div class="page-head">
        <h1>{all ? text.everybody : text.title}</h1>
        <Button isPressed={!all} onClick={() => setAll(false)}>
          {text.mine}
        </Button>
        <Button isPressed={all} onClick={() => setAll(true)}>
          {text.all}
        </Button>
      </div>
      <p class="quiet prose">{text.intro}</p>
      {failure !== undefined && <Failure error={failure} />}
      {page.state === 'failed' && isCode(page.error, 'AccessDenied') ? (
        <Note kind="warn">{words().shell.notAllowed}</Note>
      ) : (
        <Loaded of={page} onRetry={reload}>
          {({ items }) => <SessionTable items={items} hasUsers={all} onEnd={(listed) => void end(listed)} />}
        </Loaded>
      )}
    </div>
  );
}

function SessionTable({
  items,
  hasUsers,
  onEnd,
}: {
  readonly items: readonly Listed[];
  readonly hasUsers: boolean;
  readonly onEnd: (listed: Listed) => void;
}) {
  const text = words().sessions;
  return (
    <table class="table">
      <thead>
        <tr>
          {hasUsers && <th scope="col">{text.who}</th>}
          <th scope="col">{text.browser}</th>
          <th scope="col" class="wide-only">
            {text.address}
          </th>
          <th scope="col" class="wide-only">
            {text.since}
          </th>
          <th scope="col">{text.lastSeen}</th>
          <th scope="col" class="fit">
            <span class="visually-hidden">{text.end}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((listed) => (
          <tr key={listed.id}>
            {hasUsers && <td>{listed.user}</td>}
            <td title={listed.userAgent}>
              <span class="row">
                <span class="name">{browserName(listed.userAgent)}</span>
                {listed.isCurrent && <Badge kind="good">{text.this}</Badge>}
              </span>
            </td>
            <td class="wide-only">
              <code>{listed.address}</code>
            </td>
            <td class="wide-only">
              <Time at={Date.parse(listed.createdAt)} />
            </td>
            <td>
              <Time at={Date.parse(listed.lastSeenAt)} />
            </td>
            <td class="fit">
              <Button label={text.endOf(`${listed.user}, ${browserName(listed.userAgent)}`)} onClick={() => onEnd(listed)}>
                {text.end}
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
