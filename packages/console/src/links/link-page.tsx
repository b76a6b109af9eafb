/** One link: what it is, how it stands, and what has happened to it. */
import { useState } from 'preact/hooks';
import { Timeline } from '../audit/timeline.tsx';
import { Button, ButtonLink } from '../components/button.tsx';
import { Failure } from '../components/failure.tsx';
import { Loaded, useLoaded } from '../components/loaded.tsx';
import { Time } from '../components/value.tsx';
import type { PageProps } from '../pages.ts';
import { hrefOf } from '../router.ts';
import { words } from '../words/words.ts';
import { EditDialog } from './edit-dialog.tsx';
import { isEnded, type Link, limitsOf, linkName, linkPlace, nameInArn } from './link.ts';
import { changeLink, fetchLink, urlOfLink } from './link-actions.ts';
import { type LinkDialog, LinkDialogs } from './link-dialogs.tsx';
import { LinkState, RevokedBy } from './link-state.tsx';
import { methodText } from './links-table.tsx';
import { ShownUrl } from './shown-url.tsx';

export function LinkPage({ parts }: PageProps) {
  const id = parts.id ?? '';
  const [link, reload] = useLoaded((signal) => fetchLink(id, false, signal), [id]);
  return (
    <div class="page">
      <Loaded of={link} onRetry={reload}>
        {(value) => <Shown link={value} onChange={reload} />}
      </Loaded>
    </div>
  );
}

function Shown({ link, onChange }: { readonly link: Link; readonly onChange: () => void }) {
  const text = words().links;
  const [dialog, setDialog] = useState<LinkDialog>();
  const [isEditing, setEditing] = useState(false);
  const [error, setError] = useState<unknown>();
  const isOver = link.status === 'revoked';
  const setStatus = (status: 'active' | 'paused') => changeLink(link.id, { status }).then(onChange, setError);
  return (
    <>
      <div class="page-head">
        <div class="crumbs">
          <a href="/links">{text.backToLinks}</a>
          <span class="quiet">/</span>
          <h1 class="name">{linkName(link)}</h1>
        </div>
        {!isOver && (
          <div class="row wrap">
            <Button icon="edit" onClick={() => setEditing(true)}>
              {text.edit}
            </Button>
            <Button onClick={() => setDialog({ kind: 'extend', links: [link] })}>{text.extend}</Button>
            {link.status === 'paused' ? (
              <Button icon="play" onClick={() => void setStatus('active')}>
                {text.resume}
              </Button>
            ) : (
              <Button icon="pause" onClick={() => void setStatus('paused')}>
                {text.pause}
              </Button>
            )}
            <Button kind="danger" onClick={() => setDialog({ kind: 'revoke', links: [link] })}>
              {text.revoke}
            </Button>
          </div>
        )}
        {isOver && link.key !== undefined && (
          <ButtonLink icon="share" href={hrefOf('/share', { bucket: link.bucket, key: link.key })}>
            {text.again}
          </ButtonLink>
        )}
      </div>
      {error !== undefined && <Failure error={error} />}
      <Facts link={link} />
      <section class="section">
        <div class="section-head">
          <h2>{text.history}</h2>
          <span class="quiet">{text.historyHint}</span>
        </div>
        <Timeline filter={{ link: link.id, bucket: link.bucket, ...(link.key !== undefined && { key: link.key }) }} version={link} />
      </section>
      {dialog !== undefined && <LinkDialogs dialog={dialog} onDone={onChange} onClose={() => setDialog(undefined)} />}
      {isEditing && <EditDialog link={link} onDone={onChange} onClose={() => setEditing(false)} />}
    </>
  );
}

function Facts({ link }: { readonly link: Link }) {
  const text = words().links;
  const limits = limitsOf(link);
  const whole = link.key ?? link.keyPrefix ?? '';
  return (
    <dl class="facts">
      <dt>{text.status}</dt>
      <dd>
        <LinkState of={link} /> <RevokedBy link={link} hasWay />
      </dd>
      <dt>{link.key === undefined ? text.folder : text.object}</dt>
      <dd>
        {link.keys === undefined ? (
          <a class="mono" href={hrefOf(`/buckets/${link.bucket}`, { prefix: whole.slice(0, whole.lastIndexOf('/') + 1) })}>
            {link.bucket}/{whole}
          </a>
        ) : (
          <ul class="mono">
            {link.keys.map((key) => (
              <li key={key}>
                {linkPlace(link)}
                {key}
              </li>
            ))}
          </ul>
        )}
      </dd>
      <dt>{text.what}</dt>
      <dd>{methodText(link)}</dd>
      <dt>{text.limits}</dt>
      <dd>{limits.length === 0 ? text.noLimits : limits.join(', ')}</dd>
      {link.label !== undefined && (
        <>
          <dt>{text.label}</dt>
          <dd>{link.label}</dd>
        </>
      )}
      {link.note !== undefined && (
        <>
          <dt>{text.note}</dt>
          <dd>{link.note}</dd>
        </>
      )}
      <dt>{text.created}</dt>
      <dd>
        <Time at={Date.parse(link.createdAt)} /> {text.createdBy(nameInArn(link.createdBy))}
      </dd>
      <dt>{text.id}</dt>
      <dd class="mono">{link.id}</dd>
      {!isEnded(link.status) && (
        <>
          <dt>{text.url}</dt>
          <dd>
            <ShownUrl load={() => urlOfLink(link.id)} />
          </dd>
        </>
      )}
    </dl>
  );
}
