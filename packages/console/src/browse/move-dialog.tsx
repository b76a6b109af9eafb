/** Another name for one object or folder, or another folder for several. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { TextField } from '../components/field.tsx';
import { Note } from '../components/note.tsx';
import { countText } from '../format.ts';
import { objectExists } from '../s3/objects.ts';
import type { Row } from '../s3/rows.ts';
import { language, words } from '../words/words.ts';
import { moveProblem, moveRows } from './bulk.ts';
import { baseName, nameProblem, visibleName } from './names.ts';
import { problemText } from './problem-text.ts';

type Moving =
  | { readonly state: 'asking'; readonly problem?: string | undefined; readonly failure?: unknown }
  | { readonly state: 'overwriting'; readonly name: string }
  | { readonly state: 'busy'; readonly done: number };

export type MoveDialogProps = {
  readonly bucket: string;
  readonly prefix: string;
  readonly rows: readonly Row[];
  readonly onClose: () => void;
  readonly onMoved: () => void;
};

export function MoveDialog({ bucket, prefix, rows, onClose, onMoved }: MoveDialogProps) {
  const text = words().browse;
  const [only] = rows;
  const isOne = rows.length === 1 && only !== undefined;
  const [target, setTarget] = useState(isOne ? only.key.replace(/\/$/, '') : prefix);
  const [moving, setMoving] = useState<Moving>({ state: 'asking' });
  const stop = useMemo(() => new AbortController(), []);
  useEffect(() => () => stop.abort(), [stop]);
  const count = (value: number) => countText(value, language.value.language.tag);

  const move = async () => {
    if (moving.state === 'busy') return;
    const moves = rows.map((row) => ({ row, to: isOne ? target + (row.kind === 'folder' ? '/' : '') : targetOf(row, target) }));
    const wrong = problemOf(moves, isOne ? target : '');
    if (wrong !== undefined) return setMoving({ state: 'asking', problem: wrong });
    try {
      const taken = moving.state === 'overwriting' ? undefined : await firstTaken(bucket, moves);
      if (taken !== undefined) return setMoving({ state: 'overwriting', name: visibleName(taken) });
      setMoving({ state: 'busy', done: 0 });
      await moveRows(bucket, moves, (done) => setMoving({ state: 'busy', done }), stop.signal);
      onMoved();
    } catch (failure) {
      if (!stop.signal.aborted) setMoving({ state: 'asking', failure });
    }
  };

  return (
    <Dialog
      title={isOne ? text.renameTitle(visibleName(baseName(only.key))) : text.moveTitle(count(rows.length))}
      onClose={onClose}
      onSubmit={() => void move()}
      actions={
        <>
          <Button onClick={onClose}>{words().shell.cancel}</Button>
          <Button type="submit" kind={moving.state === 'overwriting' ? 'danger primary' : 'primary'} isDisabled={moving.state === 'busy'}>
            {moving.state === 'overwriting' ? text.overwrite : isOne ? text.rename : text.move}
          </Button>
        </>
      }
    >
      <TextField
        label={isOne ? text.newName : text.moveTo}
        hint={isOne ? text.newNameHint : text.moveToHint}
        isMono
        hasFocus
        value={target}
        onInput={(value) => {
          setTarget(value);
          setMoving({ state: 'asking' });
        }}
        error={moving.state === 'asking' ? moving.problem : undefined}
      />
      {moving.state === 'overwriting' && (
        <Note kind="warn">
          <b>{text.overwriteTitle(moving.name)}.</b> {text.overwriteText}
        </Note>
      )}
      {moving.state === 'busy' && <p role="status">{text.renameBusy(count(moving.done))}</p>}
      {moving.state === 'asking' && moving.failure !== undefined && <Failure error={moving.failure} />}
    </Dialog>
  );
}

type Move = { readonly row: Row; readonly to: string };

function targetOf(row: Row, folder: string): string {
  const inFolder = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
  return `${inFolder}${baseName(row.key)}${row.kind === 'folder' ? '/' : ''}`;
}

function problemOf(moves: readonly Move[], name: string): string | undefined {
  const text = words().browse;
  for (const { row, to } of moves) {
    const wrong = nameProblem(name === '' ? to.replace(/\/$/, '') : name, '');
    if (wrong !== undefined) return problemText(wrong);
    const loop = moveProblem(row, to);
    if (loop !== undefined) return { same: text.problemSame, inside: text.problemInside }[loop];
  }
  return undefined;
}

/** Of objects: folders are put together with what is there, an object of the same name in it replaced. */
async function firstTaken(bucket: string, moves: readonly Move[]): Promise<string | undefined> {
  for (const { row, to } of moves) if (row.kind === 'object' && (await objectExists({ bucket, key: to }))) return to;
  return undefined;
}
