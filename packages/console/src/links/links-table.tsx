/** The table of links. */
import { Menu, type MenuItem } from '../components/menu.tsx';
import { Time } from '../components/value.tsx';
import { go, hrefOf } from '../router.ts';
import { words } from '../words/words.ts';
import { isEnded, type Link, limitsOf, linkName, linkPlace } from './link.ts';
import { LinkState, RevokedBy } from './link-state.tsx';

export type LinksTableProps = {
  readonly links: readonly Link[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
  readonly onExtend: (link: Link) => void;
  readonly onRevoke: (link: Link) => void;
  readonly onStatus: (link: Link, status: 'active' | 'paused') => void;
  readonly onCopy: (link: Link) => void;
};

export function LinksTable(props: LinksTableProps) {
  const { links, selected, onSelect } = props;
  const text = words().links;
  const areAll = links.every(({ id }) => selected.has(id));
  const select = (id: string, isSelected: boolean) => {
    const next = new Set(selected);
    if (isSelected) next.add(id);
    else next.delete(id);
    onSelect(next);
  };
  return (
    <div class="table-room">
      <table class="table two-lines links-table">
        <thead>
          <tr>
            <th class="check">
              <input
                type="checkbox"
                aria-label={text.selectAll}
                checked={areAll}
                onChange={() => onSelect(areAll ? new Set() : new Set(links.map(({ id }) => id)))}
              />
            </th>
            <th class="what">{text.what}</th>
            <th class="wide-only">{text.forWhom}</th>
            <th class="wide-only limits">{text.limits}</th>
            <th class="wide-only">{text.lastUsed}</th>
            <th class="ends">{text.ends}</th>
            <th class="actions">
              <span class="visually-hidden">{text.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {links.map((link) => (
            <Row key={link.id} {...props} link={link} isSelected={selected.has(link.id)} onToggle={(is) => select(link.id, is)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({
  link,
  isSelected,
  onToggle,
  ...props
}: LinksTableProps & { readonly link: Link; readonly isSelected: boolean; readonly onToggle: (isSelected: boolean) => void }) {
  const text = words().links;
  const name = linkName(link);
  const limits = limitsOf(link);
  return (
    <tr class={`${isEnded(link.status) ? 'ended' : ''} ${isSelected ? 'selected' : ''}`}>
      <td class="check">
        <input
          type="checkbox"
          aria-label={text.select(name)}
          checked={isSelected}
          onChange={(event) => onToggle(event.currentTarget.checked)}
        />
      </td>
      <td>
        <a class="cell-link name" href={`/links/${link.id}`}>
          {name}
        </a>
        <span class="sub">
          {methodText(link)} · <span class="name">{linkPlace(link)}</span>
        </span>
      </td>
      <td class="wide-only">{link.label ?? <span class="quiet">–</span>}</td>
      <td class="wide-only wraps">{limits.length === 0 ? <span class="quiet">–</span> : limits.join(', ')}</td>
      <td class="wide-only">
        {link.lastUse === undefined ? (
          <span class="quiet">–</span>
        ) : (
          <>
            <Time at={Date.parse(link.lastUse.at)} />
            <span class="sub">{text.from(link.lastUse.address)}</span>
          </>
        )}
      </td>
      <td class="ends">
        <LinkState of={link} />
        <RevokedBy link={link} />
      </td>
      <td class="actions">
        <Menu kind="quiet" icon="more" label={words().shell.moreActions(name)} items={itemsFor(link, props)} />
      </td>
    </tr>
  );
}

export function methodText({ method, landingUrl, hasPassword }: Pick<Link, 'method' | 'landingUrl' | 'hasPassword'>): string {
  const text = words().links;
  if (landingUrl !== undefined || hasPassword !== undefined) return text.withPage;
  return { GET: text.methodGet, PUT: text.methodPut, POST: text.methodPost }[method];
}

function itemsFor(link: Link, { onExtend, onRevoke, onStatus, onCopy }: LinksTableProps): readonly MenuItem[] {
  const text = words().links;
  const isOver = link.status === 'revoked';
  return [
    { label: text.open, icon: 'info', onSelect: () => go(`/links/${link.id}`) },
    { label: text.copyUrl, icon: 'copy', isDisabled: isOver, onSelect: () => onCopy(link) },
    { label: text.extend, icon: 'plus', isDisabled: isOver, onSelect: () => onExtend(link) },
    link.status === 'paused'
      ? { label: text.resume, icon: 'play', onSelect: () => onStatus(link, 'active') }
      : { label: text.pause, icon: 'pause', isDisabled: isOver, onSelect: () => onStatus(link, 'paused') },
    { label: words().audit.title, icon: 'list', href: hrefOf('/audit', { link: link.id }) },
    'line',
    { label: text.revoke, icon: 'close', isDangerous: true, isDisabled: isOver, onSelect: () => onRevoke(link) },
  ];
}
