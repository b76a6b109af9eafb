/** Deleting: what is deleted stands on the button, and where it is more than one object it has to be typed. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { announce } from '../components/announce.tsx';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { TextField } from '../components/field.tsx';
import { countText } from '../format.ts';
import type { Row } from '../s3/rows.ts';
import { language, words } from '../words/words.ts';
import { deleteRows } from './bulk.ts';
import { baseName, visibleName } from './names.ts';

type Deletion =
  | { readonly state: 'asking' }
  | { readonly state: 'busy'; readonly done: number }
  | { readonly state: 'failed'; readonly error: unknown };

export function DeleteDialog({
  bucket,
  rows,
  onClose,
  onDeleted,
}: {
  readonly bucket: string;
  readonly rows: readonly Row[];
  readonly onClose: () => void;
  readonly onDeleted: (keys: ReadonlySet<string>) => void;
}) {
  const text = words().browse;
  const [typed, setTyped] = useState('');
  const [deletion, setDeletion] = useState<Deletion>({ state: 'asking' });
  const stop = useMemo(() => new AbortController(), []);
  useEffect(() => () => stop.abort(), [stop]);
  const count = (value: number) => countText(value, language.value.language.tag);
  const [only] = rows;
  const what = rows.length === 1 && only !== undefined ? visibleName(baseName(only.key)) : text.items(count(rows.length));
  const hasFolders = rows.some(({ kind }) => kind === 'folder');
  const asksForWord = rows.length > 1 || hasFolders;
  const isReady = deletion.state !== 'busy' && (!asksForWord || typed.trim().toLowerCase() === text.deleteWord);
  const remove = async () => {
    if (!isReady) return;
    setDeletion({ state: 'busy', done: 0 });
    try {
      await deleteRows(bucket, rows, (done) => setDeletion({ state: 'busy', done }), stop.signal);
      announce(text.deleted(what));
      onDeleted(new Set(rows.map(({ key }) => key)));
    } catch (error) {
      if (!stop.signal.aborted) setDeletion({ state: 'failed', error });
    }
  };
  return (
    <Dialog
      title={text.deleteTitle(what)}
      onClose={onClose}
      onSubmit={() => void remove()}
      actions={
        <>
          <Button onClick={onClose}>{words().shell.cancel}</Button>
          <Button type="submit" kind="danger primary" isDisabled={!isReady}>
            {rows.length === 1 ? text.deleteOne(what) : text.deleteMany(count(rows.length))}
          </Button>
        </>
      }
    >
      <p>
        {hasFolders && <b>{text.deleteFolderText} </b>}
        {text.deleteText}
      </p>
      {rows.length > 1 && (
        <ul class="names">
          {rows.slice(0, SHOWN).map(({ key }) => (
            <li key={key} class="name">
              {visibleName(key)}
            </li>
          ))}
          {rows.length > SHOWN && <li>…</li>}
        </ul>
      )}
      {asksForWord && <TextField label={text.typeToConfirm(text.deleteWord)} hasFocus value={typed} onInput={setTyped} />}
      {deletion.state === 'busy' && deletion.done > 0 && <p role="status">{text.deleting(count(deletion.done))}</p>}
      {deletion.state === 'failed' && <Failure error={deletion.error} />}
    </Dialog>
  );
}

const SHOWN = 6;
