/** Upload requests: where people without an account deliver files, what has come, how each stands. */
import { useState } from 'preact/hooks';
import { api } from '../api/client.ts';
import { announce } from '../components/announce.tsx';
import { ButtonLink } from '../components/button.tsx';
import { copyText } from '../components/copy.ts';
import { Failure } from '../components/failure.tsx';
import { Menu, type MenuItem } from '../components/menu.tsx';
import { Empty } from '../components/note.tsx';
import { type Page, PagedEnd, usePaged } from '../components/paged.tsx';
import { FilterBar } from '../links/filter-bar.tsx';
import { isEnded } from '../links/link.ts';
import { LinkState } from '../links/link-state.tsx';
import type { PageProps } from '../pages.ts';
import { go } from '../router.ts';
import { betterPage } from '../share/limits.ts';
import { words } from '../words/words.ts';
import { changeRequest, deliveredText, fetchRequest, requestLimits, requestName, type UploadRequest } from './request.ts';
import { type RequestDialog, RequestDialogs } from './request-dialogs.tsx';

const FILTERS = ['bucket', 'prefix', 'label', 'status'] as const;

export function RequestsPage({ query }: PageProps) {
  const text = words().requests;
  const [dialog, setDialog] = useState<RequestDialog>();
  const [error, setError] = useState<unknown>();
  const filter = Object.fromEntries(FILTERS.flatMap((name) => (query[name] === undefined ? [] : [[name, query[name]]])));
  const list = usePaged<UploadRequest>(
    (after, signal) => api<Page<UploadRequest>>('GET', '/requests', { query: { ...filter, limit: 50, after }, signal }),
    FILTERS.map((name) => query[name]),
  );
  const settle = (changed: UploadRequest) => list.replace((request) => (request.id === changed.id ? changed : request));
  const reopen = (request: UploadRequest) =>
    changeRequest(request.id, { status: 'active' }).then((changed) => {
      settle(changed);
      announce(text.reopened);
    }, setError);
  const itemsFor = (request: UploadRequest): readonly MenuItem[] => [
    { label: words().links.open, icon: 'info', onSelect: () => go(`/requests/${request.id}`) },
    { label: words().links.copyUrl, icon: 'copy', onSelect: () => void copyAddress(request) },
    { label: words().links.extend, icon: 'plus', onSelect: () => setDialog({ kind: 'extend', request }) },
    { label: words().links.edit, icon: 'edit', onSelect: () => setDialog({ kind: 'edit', request }) },
    'line',
    request.status === 'closed'
      ? { label: text.reopen, icon: 'play', onSelect: () => void reopen(request) }
      : { label: text.close, icon: 'close', isDangerous: true, onSelect: () => setDialog({ kind: 'close', request }) },
  ];
  return (
    <div class="page">
      <div class="page-head">
        <h1>{text.title}</h1>
        <ButtonLink href="/share?action=upload" icon="plus">
          {words().links.newRequest}
        </ButtonLink>
      </div>
      <Filters query={query} />
      {error !== undefined && <Failure error={error} />}
      {list.items.length > 0 && <RequestsTable requests={list.items} itemsFor={itemsFor} />}
      {list.items.length === 0 && list.state === 'end' && (
        <Empty
          icon="request"
          title={Object.keys(filter).length > 0 ? words().links.noneMatch : text.none}
          action={<ButtonLink href="/share?action=upload">{words().links.newRequest}</ButtonLink>}
        >
          {text.noneHint}
        </Empty>
      )}
      <PagedEnd of={list} />
      {dialog !== undefined && <RequestDialogs dialog={dialog} onDone={settle} onClose={() => setDialog(undefined)} />}
    </div>
  );
}

async function copyAddress({ id }: UploadRequest): Promise<void> {
  const isCopied = await fetchRequest(id, true).then(
    ({ url = '' }) => copyText(betterPage(url)),
    () => false,
  );
  announce(isCopied ? words().links.copied : words().links.copyFailed);
  if (!isCopied) go(`/requests/${id}`);
}

function RequestsTable({
  requests,
  itemsFor,
}: {
  readonly requests: readonly UploadRequest[];
  readonly itemsFor: (request: UploadRequest) => readonly MenuItem[];
}) {
  const text = words();
  return (
    <div class="table-room">
      <table class="table two-lines requests-table">
        <thead>
          <tr>
            <th class="what">{text.requests.into}</th>
            <th class="wide-only">{text.links.forWhom}</th>
            <th>{text.requests.delivered}</th>
            <th class="wide-only limits">{text.requests.limits}</th>
            <th class="ends">{text.links.ends}</th>
            <th class="actions">
              <span class="visually-hidden">{text.links.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {requests.map((request) => (
            <tr key={request.id} class={isEnded(request.status) ? 'ended' : ''}>
              <td>
                <a class="cell-link name" href={`/requests/${request.id}`}>
                  {requestName(request)}
                </a>
                <span class="sub">
                  <span class="name">
                    {request.bucket}/{request.keyPrefix}
                  </span>
                </span>
              </td>
              <td class="wide-only">{request.label ?? <span class="quiet">–</span>}</td>
              <td class="wraps">{deliveredText(request)}</td>
              <td class="wide-only wraps">{requestLimits(request).join(', ') || <span class="quiet">–</span>}</td>
              <td class="ends">
                <LinkState of={request} />
              </td>
              <td class="actions">
                <Menu kind="quiet" icon="more" label={text.shell.moreActions(requestName(request))} items={itemsFor(request)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Filters({ query }: Pick<PageProps, 'query'>) {
  const { bucket, label, active, full, expired, closed, notYet } = words().links;
  const texts = [['bucket', bucket] as const, ['label', label] as const];
  const ended = [['full', full] as const, ['expired', expired] as const, ['closed', closed] as const];
  return <FilterBar path="/requests" query={query} texts={texts} statuses={[['active', active], ...ended, ['not-yet', notYet]]} />;
}
