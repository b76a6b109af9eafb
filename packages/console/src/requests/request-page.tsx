/** One upload request: what it asks for, how it stands, what has come. */
import { useState } from 'preact/hooks';
import { api } from '../api/client.ts';
import { Timeline } from '../audit/timeline.tsx';
import { announce } from '../components/announce.tsx';
import { Button, ButtonLink } from '../components/button.tsx';
import { Failure } from '../components/failure.tsx';
import { Loaded, useLoaded } from '../components/loaded.tsx';
import { Badge } from '../components/note.tsx';
import { type Page, PagedEnd, usePaged } from '../components/paged.tsx';
import { Size, Time } from '../components/value.tsx';
import { nameInArn } from '../links/link.ts';
import { LinkState } from '../links/link-state.tsx';
import { ShownUrl } from '../links/shown-url.tsx';
import type { PageProps } from '../pages.ts';
import { hrefOf } from '../router.ts';
import { lastPart } from '../share/subject.ts';
import { words } from '../words/words.ts';
import { changeRequest, type Delivery, deliveredText, fetchRequest, requestLimits, requestName, type UploadRequest } from './request.ts';
import { type RequestDialog, RequestDialogs } from './request-dialogs.tsx';

export function RequestPage({ parts }: PageProps) {
  const id = parts.id ?? '';
  const [request, reload] = useLoaded((signal) => fetchRequest(id, false, signal), [id]);
  return (
    <div class="page">
      <Loaded of={request} onRetry={reload}>
        {(value) => <Shown request={value} onChange={reload} />}
      </Loaded>
    </div>
  );
}

function Shown({ request, onChange }: { readonly request: UploadRequest; readonly onChange: () => void }) {
  const text = words();
  const [dialog, setDialog] = useState<RequestDialog>();
  const [error, setError] = useState<unknown>();
  const isClosed = request.status === 'closed';
  const reopen = () =>
    changeRequest(request.id, { status: 'active' }).then(() => {
      announce(text.requests.reopened);
      onChange();
    }, setError);
  return (
    <>
      <div class="page-head">
        <div class="crumbs">
          <a href="/requests">{text.requests.backToRequests}</a>
          <span class="quiet">/</span>
          <h1 class="name">{requestName(request)}</h1>
        </div>
        <div class="row wrap">
          <ButtonLink icon="folder" href={hrefOf(`/buckets/${request.bucket}`, { prefix: request.keyPrefix })}>
            {text.requests.showFolder}
          </ButtonLink>
          <Button icon="edit" onClick={() => setDialog({ kind: 'edit', request })}>
            {text.links.edit}
          </Button>
          <Button onClick={() => setDialog({ kind: 'extend', request })}>{text.links.extend}</Button>
          {isClosed ? (
            <Button icon="play" onClick={() => void reopen()}>
              {text.requests.reopen}
            </Button>
          ) : (
            <Button kind="danger" onClick={() => setDialog({ kind: 'close', request })}>
              {text.requests.close}
            </Button>
          )}
        </div>
      </div>
      {error !== undefined && <Failure error={error} />}
      <Facts request={request} />
      <Deliveries request={request} />
      <section class="section">
        <div class="section-head">
          <h2>{text.links.history}</h2>
          <span class="quiet">{text.links.historyHint}</span>
        </div>
        <Timeline filter={{ link: request.id, bucket: request.bucket }} version={request} />
      </section>
      {dialog !== undefined && <RequestDialogs dialog={dialog} onDone={onChange} onClose={() => setDialog(undefined)} />}
    </>
  );
}

function Facts({ request }: { readonly request: UploadRequest }) {
  const text = words();
  const limits = requestLimits(request);
  return (
    <dl class="facts">
      <dt>{text.links.status}</dt>
      <dd>
        <LinkState of={request} />
      </dd>
      <dt>{text.requests.into}</dt>
      <dd class="mono">
        {request.bucket}/{request.keyPrefix}
        <span class="quiet">{request.keyTemplate}</span>
      </dd>
      <dt>{text.requests.delivered}</dt>
      <dd>{deliveredText(request)}</dd>
      <dt>{text.requests.limits}</dt>
      <dd>{limits.length === 0 ? text.links.noLimits : limits.join(', ')}</dd>
      {request.label !== undefined && (
        <>
          <dt>{text.links.label}</dt>
          <dd>{request.label}</dd>
        </>
      )}
      {request.note !== undefined && (
        <>
          <dt>{text.links.note}</dt>
          <dd>{request.note}</dd>
        </>
      )}
      <dt>{text.links.created}</dt>
      <dd>
        <Time at={Date.parse(request.createdAt)} /> {text.links.createdBy(nameInArn(request.createdBy))}
      </dd>
      <dt>{text.links.requestId}</dt>
      <dd class="mono">{request.id}</dd>
      <dt>{text.links.url}</dt>
      <dd>
        <ShownUrl load={async () => (await fetchRequest(request.id, true)).url} />
      </dd>
    </dl>
  );
}

function Deliveries({ request }: { readonly request: UploadRequest }) {
  const text = words().requests;
  const list = usePaged<Delivery>(
    (after, signal) =>
      api<Page<Delivery>>('GET', `/requests/${encodeURIComponent(request.id)}/deliveries`, { query: { limit: 50, after }, signal }),
    [request],
  );
  return (
    <section class="section">
      <div class="section-head">
        <h2>{text.files}</h2>
      </div>
      {list.items.length === 0 && list.state === 'end' && <p class="quiet">{text.noFiles}</p>}
      {list.items.length > 0 && (
        <div class="table-room">
          <table class="table">
            <thead>
              <tr>
                <th>{text.file}</th>
                <th class="number">{text.size}</th>
                <th class="ends">{text.when}</th>
                <th class="wide-only">{words().audit.address}</th>
              </tr>
            </thead>
            <tbody>
              {list.items.map((delivery) => (
                <tr key={delivery.id}>
                  <td>
                    <a class="cell-link name" href={hrefOf(`/buckets/${request.bucket}`, placeOf(delivery.key))}>
                      {delivery.name}
                    </a>
                  </td>
                  <td class="number">
                    <Size bytes={delivery.size} />
                  </td>
                  <td class="ends">
                    {delivery.status === 'open' ? (
                      <Badge kind="warn">{text.underWay}</Badge>
                    ) : (
                      <Time at={Date.parse(delivery.deliveredAt ?? delivery.createdAt)} />
                    )}
                  </td>
                  <td class="wide-only">{delivery.sourceIPAddress}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <PagedEnd of={list} />
    </section>
  );
}

function placeOf(key: string): { readonly prefix: string; readonly key: string } {
  return { prefix: key.slice(0, key.length - lastPart(key).length), key };
}
