/** All links that the person may see: what each opens, for whom, within which limits, and how it stands. */
import { useState } from 'preact/hooks';
import { api } from '../api/client.ts';
import { announce } from '../components/announce.tsx';
import { Button, ButtonLink } from '../components/button.tsx';
import { copyText } from '../components/copy.ts';
import { Empty } from '../components/note.tsx';
import { type Page, PagedEnd, usePaged } from '../components/paged.tsx';
import { Tabs } from '../components/tabs.tsx';
import { countText } from '../format.ts';
import type { PageProps } from '../pages.ts';
import { go } from '../router.ts';
import { language, words } from '../words/words.ts';
import { FilterBar } from './filter-bar.tsx';
import type { Link } from './link.ts';
import { changeLink, forEach, type Outcome, urlOfLink } from './link-actions.ts';
import { FailedNote, type LinkDialog, LinkDialogs } from './link-dialogs.tsx';
import { LinksTable } from './links-table.tsx';

/** `createdBy` comes from the page of a user. */
const FILTERS = ['bucket', 'prefix', 'label', 'status', 'createdBy'] as const;
const PAGE = 50;

export function LinksPage({ query }: PageProps) {
  const text = words().links;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [dialog, setDialog] = useState<LinkDialog>();
  const [outcome, setOutcome] = useState<Outcome<Link>>();
  const filter = Object.fromEntries(FILTERS.flatMap((name) => (query[name] === undefined ? [] : [[name, query[name]]])));
  const list = usePaged<Link>(
    (after, signal) => api<Page<Link>>('GET', '/links', { query: { ...filter, limit: PAGE, withLastUse: true, after }, signal }),
    FILTERS.map((name) => query[name]),
  );
  const isFiltered = Object.keys(filter).length > 0;
  const chosen = list.items.filter(({ id }) => selected.has(id));

  const settle = (done: Outcome<Link>) => {
    setOutcome(done);
    const changed = new Map(done.changed.map((link) => [link.id, link]));
    // A change does not answer with the last use.
    list.replace((link) => {
      const next = changed.get(link.id);
      return next === undefined ? link : { ...next, ...(link.lastUse !== undefined && { lastUse: link.lastUse }) };
    });
    setSelected(new Set());
  };
  const setStatus = async (links: readonly Link[], status: 'active' | 'paused') => {
    const ids = links.map(({ id }) => id);
    settle(await forEach(ids, (id) => changeLink(id, { status })));
    announce(status === 'paused' ? text.pausedNow : text.resumedNow);
  };

  return (
    <div class="page">
      <div class="page-head">
        <h1>{text.title}</h1>
        <ButtonLink href="/share" icon="plus">
          {text.newLink}
        </ButtonLink>
      </div>
      <Tabs
        label={text.title}
        tabs={[
          ['/links', text.title],
          ['/links/rules', text.rules],
        ]}
      />
      <Filters query={query} />
      {chosen.length > 0 && (
        <SelectionBar
          links={chosen}
          onExtend={() => setDialog({ kind: 'extend', links: chosen })}
          onStatus={(status) => void setStatus(chosen, status)}
          onRevoke={() => setDialog({ kind: 'revoke', links: chosen })}
          onClear={() => setSelected(new Set())}
        />
      )}
      <FailedNote outcome={outcome} />
      {list.items.length > 0 && (
        <LinksTable
          links={list.items}
          selected={selected}
          onSelect={setSelected}
          onExtend={(link) => setDialog({ kind: 'extend', links: [link] })}
          onRevoke={(link) => setDialog({ kind: 'revoke', links: [link] })}
          onStatus={(link, status) => void setStatus([link], status)}
          onCopy={(link) => void copyUrl(link)}
        />
      )}
      {list.items.length === 0 &&
        list.state === 'end' &&
        (isFiltered ? (
          <Empty icon="link" title={text.noneMatch} action={<Button onClick={() => go('/links')}>{words().audit.clear}</Button>}>
            {text.noneMatchHint}
          </Empty>
        ) : (
          <Empty icon="link" title={text.none} action={<ButtonLink href="/buckets">{words().shell.toBuckets}</ButtonLink>}>
            {text.noneHint}
          </Empty>
        ))}
      <PagedEnd of={list} />
      {dialog !== undefined && <LinkDialogs dialog={dialog} onDone={settle} onClose={() => setDialog(undefined)} />}
    </div>
  );
}

async function copyUrl({ id }: Link): Promise<void> {
  const text = words().links;
  const isCopied = await urlOfLink(id).then(copyText, () => false);
  announce(isCopied ? text.copied : text.copyFailed);
  if (!isCopied) go(`/links/${id}`);
}

function Filters({ query }: Pick<PageProps, 'query'>) {
  const { bucket, prefix, label, active, paused, usedUp, expired, revoked, notYet } = words().links;
  const texts = [['bucket', bucket] as const, ['prefix', prefix] as const, ['label', label] as const];
  const ended = [['used-up', usedUp] as const, ['expired', expired] as const, ['revoked', revoked] as const];
  const statuses = [['active', active] as const, ['paused', paused] as const, ...ended, ['not-yet', notYet] as const];
  return <FilterBar path="/links" query={query} texts={texts} statuses={statuses} />;
}

function SelectionBar({
  links,
  onExtend,
  onStatus,
  onRevoke,
  onClear,
}: {
  readonly links: readonly Link[];
  readonly onExtend: () => void;
  readonly onStatus: (status: 'active' | 'paused') => void;
  readonly onRevoke: () => void;
  readonly onClear: () => void;
}) {
  const text = words().links;
  const arePaused = links.every(({ status }) => status === 'paused');
  return (
    <section class="selection-bar" aria-label={text.actions}>
      <span class="count" aria-live="polite">
        {text.selected(countText(links.length, language.value.language.tag))}
      </span>
      <Button onClick={onExtend}>{text.extend}</Button>
      {arePaused ? (
        <Button onClick={() => onStatus('active')}>{text.resume}</Button>
      ) : (
        <Button onClick={() => onStatus('paused')}>{text.pause}</Button>
      )}
      <Button kind="danger" onClick={onRevoke}>
        {text.revoke}
      </Button>
      <Button kind="quiet" icon="close" label={words().audit.clear} onClick={onClear} />
    </section>
  );
}
