/** What stands above the list: tools for the folder, or for what is chosen in it; and the line beneath. */
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { announce } from '../components/announce.tsx';
import { Button } from '../components/button.tsx';
import { Menu } from '../components/menu.tsx';
import { Note } from '../components/note.tsx';
import { countText } from '../format.ts';
import { chosenFiles, type FoundFile } from '../upload/dropped-files.ts';
import { language, words } from '../words/words.ts';
import { MOST_SORTED } from './order.ts';

const FILTERED_AFTER_MS = 250;

export type BucketToolsProps = {
  readonly filter: string;
  readonly filterField: RefObject<HTMLInputElement | null>;
  readonly onFilter: (filter: string) => void;
  readonly onFiles: (files: readonly FoundFile[]) => void;
  readonly onNewFolder: () => void;
  readonly onRefresh: () => void;
  readonly onShare: () => void;
  readonly onRequest: () => void;
  readonly onCopyAddress: () => void;
};

export function BucketTools(props: BucketToolsProps) {
  const { filter, filterField, onFilter, onFiles, onNewFolder, onRefresh } = props;
  const text = words().browse;
  return (
    <div class="tools">
      <UploadMenu kind="primary" onFiles={onFiles} />
      <Button icon="folder" onClick={onNewFolder}>
        {text.newFolder}
      </Button>
      <FilterField filter={filter} field={filterField} onFilter={onFilter} />
      <Button kind="quiet" icon="refresh" label={text.refresh} onClick={onRefresh} />
      <Menu
        kind="quiet"
        icon="more"
        label={text.folderActions}
        items={[
          { label: text.shareFolder, icon: 'share', onSelect: props.onShare },
          { label: text.requestFiles, icon: 'request', onSelect: props.onRequest },
          { label: text.copyAddress, icon: 'copy', onSelect: props.onCopyAddress },
        ]}
      />
    </div>
  );
}

/** Every browser knows it, though no standard and no type does. */
const WHOLE_FOLDER = { webkitdirectory: true } as object;

/** Files, or a folder: browsers have a dialog for each. */
export function UploadMenu({
  kind,
  onFiles,
}: {
  readonly kind: 'primary' | 'plain';
  readonly onFiles: (files: readonly FoundFile[]) => void;
}) {
  const text = words().browse;
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = (event: { readonly currentTarget: HTMLInputElement }) => {
    const input = event.currentTarget;
    if (input.files !== null) onFiles(chosenFiles(input.files));
    input.value = '';
  };
  return (
    <>
      <Menu
        kind={kind}
        icon="upload"
        label={text.upload}
        items={[
          { label: text.uploadFiles, icon: 'file', onSelect: () => files.current?.click() },
          { label: text.uploadFolder, icon: 'folder', onSelect: () => folder.current?.click() },
        ]}
      >
        {text.upload}
      </Menu>
      <input ref={files} class="visually-hidden" type="file" multiple tabIndex={-1} aria-label={text.uploadFiles} onChange={take} />
      <input
        ref={folder}
        class="visually-hidden"
        type="file"
        {...WHOLE_FOLDER}
        tabIndex={-1}
        aria-label={text.uploadFolder}
        onChange={take}
      />
    </>
  );
}

function FilterField({
  filter,
  field,
  onFilter,
}: {
  readonly filter: string;
  readonly field: RefObject<HTMLInputElement | null>;
  readonly onFilter: (filter: string) => void;
}) {
  const text = words().browse;
  const [typed, setTyped] = useState(filter);
  useEffect(() => {
    if (typed === filter) return;
    const timer = setTimeout(() => onFilter(typed), FILTERED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <input
      ref={field}
      class="input filter"
      type="search"
      aria-label={text.filter}
      placeholder={text.filterPlaceholder}
      value={typed}
      onInput={(event) => setTyped(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') setTyped('');
        if (event.key === 'Enter') onFilter(typed);
      }}
    />
  );
}

export type SelectionToolsProps = {
  readonly count: number;
  /** `undefined` where what is chosen can not be shared together. */
  readonly onShare: (() => void) | undefined;
  readonly onMove: () => void;
  readonly onCopy: () => void;
  readonly onDelete: () => void;
  readonly onClear: () => void;
};

export function SelectionTools({ count, onShare, onMove, onCopy, onDelete, onClear }: SelectionToolsProps) {
  const text = words().browse;
  return (
    <div class="tools selected">
      <b role="status">{text.selected(countText(count, language.value.language.tag))}</b>
      {onShare !== undefined && (
        <Button kind="primary" icon="share" onClick={onShare}>
          {text.share}
        </Button>
      )}
      <Button icon="move" onClick={onMove}>
        {text.move}
      </Button>
      <Button icon="copy" onClick={onCopy}>
        {text.copy}
      </Button>
      <Button kind="danger" icon="trash" onClick={onDelete}>
        {text.delete}
      </Button>
      <Button kind="quiet" onClick={onClear}>
        {text.clearSelection}
      </Button>
    </div>
  );
}

/** Why the rows are not in the order that was asked for: not yet, or not at all. */
export function UnsortedNote({ rowCount }: { readonly rowCount: number }) {
  const text = words().browse;
  const told = rowCount > MOST_SORTED ? text.notSorted(countText(MOST_SORTED, language.value.language.tag)) : text.sorting;
  useEffect(() => announce(told), [told]);
  return <Note>{told}</Note>;
}

export function StatusLine({
  rowCount,
  isComplete,
  isLoading,
}: {
  readonly rowCount: number;
  readonly isComplete: boolean;
  readonly isLoading: boolean;
}) {
  const text = words().browse;
  const count = countText(rowCount, language.value.language.tag);
  return (
    <p class="status-line quiet">
      {isLoading && rowCount === 0 ? words().shell.loading : isComplete ? text.loadedAll(rowCount, count) : text.loadedSoFar(count)}
    </p>
  );
}
