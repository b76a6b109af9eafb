/** The objects of a bucket: the list, what is done to what is chosen in it, and what is known of one of them. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { isCode } from '../api/refusal.ts';
import { Failure } from '../components/failure.tsx';
import { useLoaded } from '../components/loaded.tsx';
import type { MenuItem } from '../components/menu.tsx';
import { Empty } from '../components/note.tsx';
import type { PageProps } from '../pages.ts';
import { PreviewDialog } from '../preview/preview-dialog.tsx';
import { go, goBackTo, goOver, isOver } from '../router.ts';
import { listRows } from '../s3/listing.ts';
import type { Row } from '../s3/rows.ts';
import { Share } from '../share/share.tsx';
import type { ShareSubject } from '../share/subject.ts';
import { isTyping } from '../shell/shortcuts.ts';
import { addFiles } from '../upload/queue.ts';
import { words } from '../words/words.ts';
import { BucketTools, SelectionTools, StatusLine, UnsortedNote } from './bucket-tools.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { DropArea } from './drop-area.tsx';
import { EmptyFolder } from './empty-folder.tsx';
import { FolderDialog } from './folder-dialog.tsx';
import { listenForUploads } from './listen-for-uploads.ts';
import { Listing } from './listing.ts';
import { liveLinks } from './live-links.ts';
import { isAddressable, parentPrefix } from './names.ts';
import { copyAddress, openObject, saveObject } from './object-actions.ts';
import { ObjectList } from './object-list.tsx';
import { ObjectPanel } from './object-panel.tsx';
import { BY_NAME, comparisonOf, orderAfter, orderOf, orderText } from './order.ts';
import { PathBar } from './path-bar.tsx';
import { chosen, NOTHING, onlyRow, type Selection } from './selection.ts';
import { TourStrip } from './tour.tsx';
import { tourHasDone } from './tour-state.ts';
import { TransferDialog } from './transfer-dialog.tsx';

export function BucketPage({ parts, query }: PageProps) {
  const { bucket = '' } = parts;
  const { prefix = '', filter = '', sort } = query;
  // Another folder is another screen: nothing chosen in one is chosen in the next.
  return (
    <FolderView
      key={`${bucket}/${prefix}`}
      bucket={bucket}
      prefix={prefix}
      filter={filter}
      sort={sort}
      objectKey={query.key}
      view={query.view}
    />
  );
}

type FolderViewProps = {
  readonly bucket: string;
  readonly prefix: string;
  readonly filter: string;
  /** As the address has it. */
  readonly sort: string | undefined;
  readonly objectKey: string | undefined;
  /** `preview`: of the object, over everything else. */
  readonly view: string | undefined;
};

type Shown =
  | { readonly dialog: 'none' }
  | { readonly dialog: 'folder' }
  | { readonly dialog: 'delete' | 'move' | 'copy'; readonly rows: readonly Row[] }
  | { readonly dialog: 'share'; readonly of: ShareSubject; readonly action: 'download' | 'upload' };

const NO_LINKS: ReadonlyMap<string, number> = new Map();

function FolderView({ bucket, prefix, filter, sort, objectKey, view }: FolderViewProps) {
  const text = words().browse;
  const [turn, setTurn] = useState(0);
  const listing = useMemo(
    () => new Listing((after, signal) => listRows({ bucket, prefix: prefix + filter, delimiter: '/', after, signal })),
    [bucket, prefix, filter, turn],
  );
  const [selection, setSelection] = useState<Selection>(NOTHING);
  const [shown, setShown] = useState<Shown>({ dialog: 'none' });
  const [links, reloadLinks] = useLoaded((signal) => liveLinks(bucket, prefix, signal), [bucket, prefix]);
  const filterField = useRef<HTMLInputElement>(null);
  const { rowCount, isComplete, isLoading, isSorted, error } = listing.state.value;
  const order = orderOf(sort);

  useEffect(() => () => listing.close(), [listing]);
  useEffect(() => listing.sort(comparisonOf(order)), [listing, sort]);
  useEffect(() => setSelection(NOTHING), [filter]);
  useEffect(() => listenForUploads(bucket, prefix, filter, listing), [listing]);
  useEffect(() => {
    const focusFilter = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      filterField.current?.focus();
    };
    addEventListener('keydown', focusFilter);
    return () => removeEventListener('keydown', focusFilter);
  }, []);

  const path = `/buckets/${bucket}`;
  const at = (key: string | undefined) => ({ prefix, filter, sort, key });
  const selected = (key: string): Selection => {
    const index = listing.indexOf(key) ?? -1;
    return index === -1 ? NOTHING : chosen(NOTHING, index, 'only', (at) => listing.rowAt(at));
  };
  // The back button changes the address alone: what is chosen follows it.
  useEffect(() => {
    const only = onlyRow(selection);
    if (objectKey !== undefined && selection.rows.size === 1 && only?.key !== objectKey) setSelection(selected(objectKey));
    if (objectKey === undefined && only?.kind === 'object') setSelection(NOTHING);
  }, [objectKey]);
  const close = () => setShown({ dialog: 'none' });
  const refresh = () => {
    setSelection(NOTHING);
    reloadLinks();
    setTurn(turn + 1);
  };
  const select = (next: Selection) => {
    setSelection(next);
    const only = onlyRow(next);
    const key = only?.kind === 'object' ? only.key : undefined;
    if (key === objectKey) return;
    if (objectKey === undefined && !isOver()) goOver(path, at(key));
    else go(path, at(key), { replace: true });
  };
  const preview = (key: string) => goOver(path, { ...at(key), view: 'preview' });
  const openRow = (row: Row) => {
    if (row.kind === 'folder') go(path, { prefix: row.key });
    else if (isAddressable(row.key)) preview(row.key);
  };
  const share = (of: ShareSubject, action: 'download' | 'upload' = 'download') => setShown({ dialog: 'share', of, action });
  const actionsFor = (row: Row): readonly MenuItem[] => [
    ...(row.kind === 'folder'
      ? [
          { label: text.open, icon: 'folder' as const, onSelect: () => openRow(row) },
          { label: text.share, icon: 'share' as const, onSelect: () => share({ bucket, keyPrefix: row.key }) },
          { label: text.requestFiles, icon: 'request' as const, onSelect: () => share({ bucket, keyPrefix: row.key }, 'upload') },
        ]
      : isAddressable(row.key)
        ? [
            { label: text.share, icon: 'share' as const, onSelect: () => share({ bucket, key: row.key }) },
            { label: text.preview, icon: 'eye' as const, onSelect: () => preview(row.key) },
            { label: text.open, icon: 'open' as const, onSelect: () => void openObject(bucket, row.key) },
            { label: text.download, icon: 'download' as const, onSelect: () => void saveObject(bucket, row.key) },
          ]
        : []),
    { label: text.copyAddress, icon: 'copy', onSelect: () => void copyAddress(`s3://${bucket}/${row.key}`) },
    'line',
    { label: text.rename, icon: 'move', onSelect: () => setShown({ dialog: 'move', rows: [row] }) },
    { label: text.copyTo, icon: 'copy', onSelect: () => setShown({ dialog: 'copy', rows: [row] }) },
    { label: text.delete, icon: 'trash', isDangerous: true, onSelect: () => setShown({ dialog: 'delete', rows: [row] }) },
  ];
  const chosenRows = [...selection.rows.values()];
  const previewed = view === 'preview' && objectKey !== undefined && isAddressable(objectKey) ? objectKey : undefined;
  const neighbour = (step: 1 | -1): (() => void) | undefined => {
    const here = previewed === undefined ? undefined : listing.indexOf(previewed);
    if (here === undefined) return undefined;
    for (let index = here + step; index >= 0 && index < rowCount; index += step) {
      const { kind, key = '' } = listing.rowAt(index) ?? {};
      if (kind === 'object' && isAddressable(key)) return () => go(path, { ...at(key), view }, { replace: true });
    }
    return undefined;
  };

  if (isCode(error, 'NoSuchBucket')) {
    return (
      <div class="page">
        <Empty icon="bucket" title={text.noSuchBucket} action={<a href="/buckets">{words().shell.toBuckets}</a>} />
      </div>
    );
  }
  return (
    <DropArea onFiles={(files) => addFiles(bucket, prefix, files)} place={`${bucket}/${prefix}`}>
      <div class={objectKey === undefined ? 'browse' : 'browse with-panel'}>
        <div class="browse-main">
          <PathBar bucket={bucket} prefix={prefix} />
          <TourStrip />
          {selection.rows.size > 1 || (selection.rows.size === 1 && onlyRow(selection)?.kind === 'folder') ? (
            <SelectionTools
              count={selection.rows.size}
              onShare={sharing(bucket, chosenRows, share)}
              onMove={() => setShown({ dialog: 'move', rows: chosenRows })}
              onCopy={() => setShown({ dialog: 'copy', rows: chosenRows })}
              onDelete={() => setShown({ dialog: 'delete', rows: chosenRows })}
              onClear={() => select(NOTHING)}
            />
          ) : (
            <BucketTools
              filter={filter}
              filterField={filterField}
              onFilter={(next) => go(path, { prefix, filter: next, sort }, { replace: true })}
              onFiles={(files) => addFiles(bucket, prefix, files)}
              onNewFolder={() => setShown({ dialog: 'folder' })}
              onRefresh={refresh}
              onShare={() => share({ bucket, keyPrefix: prefix })}
              onRequest={() => share({ bucket, keyPrefix: prefix }, 'upload')}
              onCopyAddress={() => void copyAddress(`s3://${bucket}/${prefix}`)}
            />
          )}
          {error !== undefined && <Failure error={error} onRetry={() => listing.retry()} />}
          {orderText(order) !== undefined && !isSorted && <UnsortedNote rowCount={rowCount} />}
          {rowCount === 0 && isComplete ? (
            <EmptyFolder filter={filter} onFiles={(files) => addFiles(bucket, prefix, files)} />
          ) : (
            <ObjectList
              label={text.objectsOf(`${bucket}/${prefix}`)}
              bucket={bucket}
              prefix={prefix}
              listing={listing}
              selection={selection}
              shownKey={objectKey}
              order={order}
              onSort={(by) => {
                setSelection({ ...selection, cursor: -1, anchor: -1 });
                const next = orderText(orderAfter(isSorted ? order : BY_NAME, by));
                go(path, { ...at(objectKey), sort: next }, { replace: true });
              }}
              onSelect={select}
              onOpen={openRow}
              onDelete={() => setShown({ dialog: 'delete', rows: chosenRows })}
              onUp={() => (prefix === '' ? go('/buckets') : go(path, { prefix: parentPrefix(prefix) }))}
              actionsFor={actionsFor}
              links={links.state === 'loaded' ? links.value : NO_LINKS}
            />
          )}
          <StatusLine rowCount={rowCount} isComplete={isComplete} isLoading={isLoading} />
        </div>
        {objectKey !== undefined && (
          <ObjectPanel
            key={objectKey}
            bucket={bucket}
            objectKey={objectKey}
            onClose={() => goBackTo(path, at(undefined))}
            onOpen={() => void openObject(bucket, objectKey)}
            onDownload={() => void saveObject(bucket, objectKey)}
            onPreview={() => preview(objectKey)}
            onShare={() => share({ bucket, key: objectKey })}
            actions={actionsFor(onlyRow(selection) ?? rowOf(objectKey))}
          />
        )}
      </div>
      {shown.dialog === 'folder' && (
        <FolderDialog
          bucket={bucket}
          prefix={prefix}
          onClose={close}
          onCreated={(key) => {
            close();
            listing.add({ kind: 'folder', key });
          }}
        />
      )}
      {shown.dialog === 'delete' && (
        <DeleteDialog
          bucket={bucket}
          rows={shown.rows}
          onClose={close}
          onDeleted={(keys) => {
            close();
            listing.remove(keys);
            select(NOTHING);
          }}
        />
      )}
      {(shown.dialog === 'move' || shown.dialog === 'copy') && (
        <TransferDialog
          action={shown.dialog}
          bucket={bucket}
          prefix={prefix}
          rows={shown.rows}
          onClose={close}
          onDone={() => {
            close();
            refresh();
            select(NOTHING);
          }}
        />
      )}
      {shown.dialog === 'share' && (
        <Share
          of={shown.of}
          action={shown.action}
          onClose={close}
          onChange={() => {
            reloadLinks();
            tourHasDone('share');
          }}
        />
      )}
      {previewed !== undefined && (
        <PreviewDialog
          bucket={bucket}
          objectKey={previewed}
          onClose={() => goBackTo(path, at(previewed), at(undefined))}
          onPrevious={neighbour(-1)}
          onNext={neighbour(1)}
          onDownload={() => void saveObject(bucket, previewed)}
        />
      )}
    </DropArea>
  );
}

/** Of an object that was addressed and not chosen: no more is known than its name. */
function rowOf(key: string): Row {
  return { kind: 'object', key, sizeBytes: 0, modifiedAt: 0, etag: '' };
}

/** One folder is shared as all that comes into it; objects as they are chosen; both together not at all. */
function sharing(bucket: string, rows: readonly Row[], share: (of: ShareSubject) => void): (() => void) | undefined {
  const [only] = rows;
  if (rows.length === 1 && only?.kind === 'folder') return () => share({ bucket, keyPrefix: only.key });
  const keys = rows.map(({ key }) => key);
  return rows.every(({ kind, key }) => kind === 'object' && isAddressable(key)) ? () => share({ bucket, keys }) : undefined;
}
