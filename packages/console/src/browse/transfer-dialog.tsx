/** Another name for one object or folder, or another folder for several: moved there, or copied. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { announce } from '../components/announce.tsx';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { TextField } from '../components/field.tsx';
import { countText } from '../format.ts';
import type { Row } from '../s3/rows.ts';
import { language, words } from '../words/words.ts';
import { newAsker, type Question } from './asker.ts';
import { ConflictStep } from './conflict-step.tsx';
import { baseName, nameProblem, numberedName, visibleName } from './names.ts';
import { problemText } from './problem-text.ts';
import { type Transfer, type Transferred, transferProblem, transferRows } from './transfer.ts';
import { TransferResult } from './transfer-result.tsx';

type Transferring =
  | { readonly state: 'asking'; readonly problem?: string | undefined; readonly failure?: unknown }
  | { readonly state: 'busy'; readonly done: number }
  | { readonly state: 'ended'; readonly result: Transferred };

export type TransferDialogProps = {
  readonly action: 'move' | 'copy';
  readonly bucket: string;
  readonly prefix: string;
  readonly rows: readonly Row[];
  /** Nothing was changed. */
  readonly onClose: () => void;
  readonly onDone: () => void;
};

export function TransferDialog({ action, bucket, prefix, rows, onClose, onDone }: TransferDialogProps) {
  const text = words().browse;
  const [only] = rows;
  const isOne = rows.length === 1 && only !== undefined;
  const [target, setTarget] = useState(isOne ? suggestedName(only, action) : prefix);
  const [transferring, setTransferring] = useState<Transferring>({ state: 'asking' });
  const [question, setQuestion] = useState<Question>();
  const stop = useMemo(() => new AbortController(), []);
  const hasBegun = useRef(false);
  useEffect(() => () => stop.abort(), [stop]);
  const { state } = transferring;
  const last = useRef<HTMLButtonElement>(null);
  // What was in use is gone then.
  useEffect(() => {
    if (state === 'ended') last.current?.focus();
  }, [state]);
  const count = (value: number) => countText(value, language.value.language.tag);
  const title = isOne ? visibleName(baseName(only.key)) : count(rows.length);
  // What was moved until then is moved.
  const close = () => (hasBegun.current ? onDone() : onClose());

  const start = async () => {
    if (state !== 'asking') return;
    const transfers = rows.map((row) => ({ row, to: isOne ? target + (row.kind === 'folder' ? '/' : '') : targetOf(row, target) }));
    const wrong = problemOf(transfers, isOne ? target : '');
    if (wrong !== undefined) return setTransferring({ state: 'asking', problem: wrong });
    hasBegun.current = true;
    setTransferring({ state: 'busy', done: 0 });
    try {
      const onProgress = (done: number) => setTransferring({ state: 'busy', done });
      const ask = newAsker(setQuestion, stop.signal);
      const result = await transferRows(bucket, transfers, { action, ask, onProgress, signal: stop.signal });
      if (result.failedCount > 0 || result.skipped > 0) return setTransferring({ state: 'ended', result });
      announce((action === 'move' ? text.moved : text.copiedObjects)(result.done, count(result.done)));
      onDone();
    } catch (failure) {
      if (!stop.signal.aborted) setTransferring({ state: 'asking', failure });
    }
  };

  return (
    <Dialog
      title={(isOne ? TITLES[action].one : TITLES[action].many)()(title)}
      onClose={close}
      onSubmit={() => (state === 'ended' ? onDone() : void start())}
      actions={
        question !== undefined ? undefined : state === 'ended' ? (
          <Button elementRef={last} type="submit" kind="primary">
            {words().shell.close}
          </Button>
        ) : (
          <>
            <Button onClick={close}>{words().shell.cancel}</Button>
            <Button type="submit" kind="primary" isDisabled={state === 'busy'}>
              {action === 'copy' ? text.copy : isOne ? text.rename : text.move}
            </Button>
          </>
        )
      }
    >
      {state === 'asking' && (
        <TextField
          label={isOne ? text.newName : text.moveTo}
          hint={action === 'copy' ? text.copyHint : isOne ? text.newNameHint : text.moveToHint}
          isMono
          hasFocus
          value={target}
          onInput={(value) => {
            setTarget(value);
            setTransferring({ state: 'asking' });
          }}
          error={transferring.problem}
        />
      )}
      {state === 'asking' && transferring.failure !== undefined && <Failure error={transferring.failure} />}
      {question !== undefined && <ConflictStep key={question.key} question={question} isAlone={isOne && only.kind === 'object'} />}
      {state === 'busy' && question === undefined && (
        <p role="status">{(action === 'move' ? text.renameBusy : text.copyBusy)(count(transferring.done))}</p>
      )}
      {state === 'ended' && <TransferResult action={action} result={transferring.result} />}
    </Dialog>
  );
}

const TITLES = {
  move: { one: () => words().browse.renameTitle, many: () => words().browse.moveTitle },
  copy: { one: () => words().browse.copyTitle, many: () => words().browse.copyManyTitle },
} as const;

function suggestedName({ key }: Row, action: 'move' | 'copy'): string {
  const name = key.replace(/\/$/, '');
  return action === 'move' ? name : numberedName(name, 2);
}

function targetOf(row: Row, folder: string): string {
  const inFolder = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
  return `${inFolder}${baseName(row.key)}${row.kind === 'folder' ? '/' : ''}`;
}

function problemOf(transfers: readonly Transfer[], name: string): string | undefined {
  const text = words().browse;
  for (const { row, to } of transfers) {
    const wrong = nameProblem(name === '' ? to.replace(/\/$/, '') : name, '');
    if (wrong !== undefined) return problemText(wrong);
    const loop = transferProblem(row, to);
    if (loop !== undefined) return { same: text.problemSame, inside: text.problemInside }[loop];
  }
  return undefined;
}
