/** The rows of a folder, drawn where they are seen: a grid that is walked with the keys, in an element that scrolls however many there are. */
// biome-ignore-all lint/a11y/useSemanticElements: rows lie where they are scrolled to, which those of a table do not
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and says which row is meant
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon, type IconName } from '../components/icon.tsx';
import { Menu, type MenuItem } from '../components/menu.tsx';
import { Size, Time } from '../components/value.tsx';
import { hrefOf } from '../router.ts';
import type { Row } from '../s3/rows.ts';
import { words } from '../words/words.ts';
import type { Listing } from './listing.ts';
import { baseName, type FileKind, fileKind, visibleName } from './names.ts';
import { BY_NAME, type Order, type OrderBy } from './order.ts';
import { type Choosing, chosen, cursorAfter, MOST_CHOSEN, type Selection } from './selection.ts';
import { physicalHeight, resized, revealing, rowsInView, scrolledBy, scrollTopOf, type VirtualScroll } from './virtual-scroll.ts';

export type ObjectListProps = {
  readonly label: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly listing: Listing;
  readonly selection: Selection;
  /** The object whose properties are shown: it counts as chosen where nothing else is, as after a deep link. */
  readonly shownKey: string | undefined;
  /** In which the rows are to be; they are, where the listing says so. */
  readonly order: Order;
  readonly onSort: (by: OrderBy) => void;
  readonly onSelect: (selection: Selection) => void;
  /** Return, or a double click. */
  readonly onOpen: (row: Row) => void;
  readonly onDelete: () => void;
  readonly onUp: () => void;
  readonly actionsFor: (row: Row) => readonly MenuItem[];
  /** Live links of each key. */
  readonly links: ReadonlyMap<string, number>;
};

export function ObjectList(props: ObjectListProps) {
  const { label, listing, selection, onSelect, onOpen, onDelete, onUp } = props;
  const { rowCount, isLoading } = listing.state.value;
  const grid = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const [scroll, setScroll] = useState<VirtualScroll>({ rowHeight: 36, viewHeight: 600, rowCount: 0, top: 0, offset: 0 });
  const now = resized(scroll, { rowCount });
  const { first, end } = rowsInView(now);
  const text = words().browse;

  useEffect(() => {
    listing.want(first, Math.max(end, 1));
  }, [listing, first, end]);
  useLayoutEffect(() => {
    const element = body.current;
    if (element === null) return;
    const measure = () => {
      const rowHeight = Number.parseFloat(getComputedStyle(element).getPropertyValue('--row')) || 36;
      setScroll((before) => resized(before, { rowHeight, viewHeight: element.clientHeight }));
    };
    measure();
    const watching = new ResizeObserver(measure);
    watching.observe(element);
    return () => watching.disconnect();
  }, []);
  // Only where the place was changed here: the person may have scrolled on since the last event, and must not be taken back.
  const placed = useRef(0);
  useLayoutEffect(() => {
    const wanted = scrollTopOf(now);
    if (body.current === null || wanted === placed.current) return;
    body.current.scrollTop = wanted;
    placed.current = wanted;
  });

  const rowAt = (index: number) => listing.rowAt(index);
  const moveTo = (index: number, how: Choosing) => {
    // Whatever was clicked in a row, the keys go on from there.
    grid.current?.focus({ preventScroll: true });
    setScroll(revealing(now, index));
    onSelect(chosen(selection, index, how, rowAt));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.isComposing) return;
    const pageRows = Math.max(1, Math.floor(now.viewHeight / now.rowHeight) - 1);
    const to = event.altKey || event.metaKey ? undefined : cursorAfter(event.key, selection, { rowCount, pageRows });
    const cursorRow = rowAt(selection.cursor);
    if (to !== undefined && rowCount > 0) moveTo(to, event.shiftKey ? 'extend' : 'only');
    else if (event.key === ' ' && selection.cursor >= 0) onSelect(chosen(selection, selection.cursor, 'toggle', rowAt));
    else if (event.key === 'Enter' && cursorRow !== undefined) onOpen(cursorRow);
    else if (event.key === 'Delete' && selection.rows.size > 0) onDelete();
    else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) openMenuOf(selection.cursor);
    else if (event.key === 'Backspace' || (event.key === 'ArrowUp' && event.altKey)) onUp();
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) onSelect(allAtHand(listing, selection));
    else return;
    event.preventDefault();
  };
  const isAllChosen = selection.rows.size > 0 && selection.rows.size >= Math.min(rowCount, MOST_CHOSEN);

  return (
    <div
      ref={grid}
      class="objects"
      role="grid"
      tabIndex={0}
      onKeyDown={onKeyDown}
      aria-activedescendant={selection.cursor >= first && selection.cursor < end ? `row-${selection.cursor}` : undefined}
      aria-label={label}
      aria-rowcount={listing.state.value.isComplete ? rowCount + 1 : -1}
      aria-multiselectable="true"
    >
      <div class="object-row object-head" role="row" aria-rowindex={1}>
        <span role="columnheader" class="cell-check">
          <input
            type="checkbox"
            aria-label={text.selectAll}
            checked={isAllChosen}
            indeterminate={selection.rows.size > 0 && !isAllChosen}
            disabled={rowCount === 0}
            onChange={() =>
              onSelect(isAllChosen ? { rows: new Map(), cursor: selection.cursor, anchor: -1 } : allAtHand(listing, selection))
            }
          />
        </span>
        {COLUMNS.map(([by, cell]) => (
          <ColumnHead key={by} by={by} cell={cell} order={listing.state.value.isSorted ? props.order : BY_NAME} onSort={props.onSort} />
        ))}
        <span role="columnheader" class="cell-links">
          {text.links}
        </span>
        <span role="columnheader" class="cell-menu">
          <span class="visually-hidden">{words().shell.more}</span>
        </span>
      </div>
      <div
        ref={body}
        class="object-rows"
        role="rowgroup"
        aria-busy={isLoading}
        onScroll={(event) => {
          const { scrollTop } = event.currentTarget;
          // Screens round to their pixels.
          if (Math.abs(scrollTop - placed.current) <= 1) return;
          placed.current = scrollTop;
          setScroll(scrolledBy(now, scrollTop));
        }}
      >
        <div class="object-space" role="presentation" style={{ height: `${physicalHeight(now)}px` }}>
          {Array.from({ length: Math.max(0, end - first) }, (_, offset) => {
            const index = first + offset;
            return (
              <ObjectRow
                key={index}
                {...props}
                index={index}
                row={listing.rowAt(index)}
                top={index * now.rowHeight - now.offset}
                onClickAt={moveTo}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

const COLUMNS = [
  ['name', 'cell-name'],
  ['size', 'cell-size'],
  ['modified', 'cell-time'],
] as const;

/** A button that sorts. */
function ColumnHead({
  by,
  cell,
  order,
  onSort,
}: Pick<ObjectListProps, 'order' | 'onSort'> & { readonly by: OrderBy; readonly cell: string }) {
  const text = words().browse;
  const way = order.by !== by ? 'none' : order.isDescending ? 'descending' : 'ascending';
  return (
    <span role="columnheader" class={cell} aria-sort={way}>
      <button type="button" class={`sort ${way}`} title={text.sortBy(text[by])} onClick={() => onSort(by)}>
        {text[by]}
        <Icon name="down" />
      </button>
    </span>
  );
}

/** Of the row where the keys are. */
function openMenuOf(index: number): void {
  document.querySelector<HTMLElement>(`#row-${index} .cell-menu button`)?.click();
}

type ObjectRowProps = ObjectListProps & {
  readonly index: number;
  readonly row: Row | undefined;
  readonly top: number;
  readonly onClickAt: (index: number, how: Choosing) => void;
};

function ObjectRow({
  index,
  row,
  top,
  selection,
  shownKey,
  onSelect,
  onOpen,
  onClickAt,
  actionsFor,
  bucket,
  prefix,
  links,
  listing,
}: ObjectRowProps) {
  const text = words().browse;
  const style = { transform: `translateY(${top}px)` };
  if (row === undefined) {
    return (
      <div class="object-row" role="row" aria-rowindex={index + 2} style={style}>
        <span role="gridcell" class="cell-name">
          <span class="skeleton" style={{ width: `${30 + ((index * 17) % 40)}%` }} />
        </span>
      </div>
    );
  }
  const isChosen = selection.rows.has(row.key) || (selection.rows.size === 0 && row.key === shownKey);
  const name = visibleName(row.key === prefix ? '.' : row.key.slice(prefix.length).replace(/\/$/, '') || baseName(row.key));
  const live = links.get(row.key) ?? 0;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keys
    <div
      id={`row-${index}`}
      class={`object-row${isChosen ? ' chosen' : ''}${selection.cursor === index ? ' cursor' : ''}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isChosen}
      style={style}
      onClick={(event) => {
        if ((event.target as Element).closest('a, button, input, [popover]') !== null) return;
        onClickAt(index, event.shiftKey ? 'extend' : event.ctrlKey || event.metaKey ? 'toggle' : 'only');
      }}
      onDblClick={(event) => {
        if ((event.target as Element).closest('a, input, .cell-menu') === null) onOpen(row);
      }}
    >
      <span role="gridcell" class="cell-check">
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={text.selectRow(name)}
          checked={isChosen}
          onClick={(event) => {
            if (!event.shiftKey) return;
            event.preventDefault();
            onClickAt(index, 'extend');
          }}
          onChange={() => onSelect(chosen(selection, index, 'toggle', (at) => listing.rowAt(at)))}
        />
      </span>
      <span role="gridcell" class="cell-name">
        <Icon name={row.kind === 'folder' ? 'folder' : ICONS[fileKind(row.key)]} />
        <RowName row={row} bucket={bucket} onPick={() => onClickAt(index, 'only')}>
          {name}
        </RowName>
      </span>
      <span role="gridcell" class="cell-size">
        {row.kind === 'object' ? <Size bytes={row.sizeBytes} /> : <None />}
      </span>
      <span role="gridcell" class="cell-time">
        {row.kind === 'object' ? <Time at={row.modifiedAt} /> : <None />}
      </span>
      <span role="gridcell" class="cell-links">
        {live > 0 ? (
          <a tabIndex={-1} href={hrefOf('/links', { bucket, key: row.key })}>
            {text.liveLinks(live)}
          </a>
        ) : (
          <None />
        )}
      </span>
      <span role="gridcell" class="cell-menu">
        <Menu kind="quiet" icon="more" label={words().shell.moreActions(name)} items={actionsFor(row)} isInGrid />
      </span>
    </div>
  );
}

/** A folder's is a link, to be opened beside as well; an object's shows what is known of it. */
function RowName({
  row,
  bucket,
  onPick,
  children,
}: {
  readonly row: Row;
  readonly bucket: string;
  readonly onPick: () => void;
  readonly children: ComponentChildren;
}) {
  if (row.kind === 'folder') {
    return (
      <a class="name" tabIndex={-1} href={hrefOf(`/buckets/${bucket}`, { prefix: row.key })}>
        {children}
      </a>
    );
  }
  return (
    <button class="name" type="button" tabIndex={-1} onClick={onPick}>
      {children}
    </button>
  );
}

function None() {
  return (
    <span class="quiet" aria-hidden="true">
      –
    </span>
  );
}

function allAtHand(listing: Listing, { cursor }: Selection): Selection {
  const rows = new Map<string, Row>();
  for (const [, row] of listing.rowsAtHand()) if (rows.size < MOST_CHOSEN) rows.set(row.key, row);
  return { rows, cursor, anchor: 0 };
}

const ICONS: Readonly<Record<FileKind, IconName>> = {
  image: 'image',
  video: 'video',
  audio: 'audio',
  pdf: 'file',
  csv: 'list',
  json: 'code',
  text: 'file',
  archive: 'archive',
  other: 'file',
};
