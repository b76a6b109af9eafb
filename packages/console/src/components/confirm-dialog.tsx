/** Asks before something is done, does it, and stays open with the server's words where it was refused. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { words } from '../words/words.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Failure } from './failure.tsx';
import { TextField } from './field.tsx';

export type ConfirmProps = {
  readonly title: string;
  /** The button names what it does, and to what: "Delete 3 objects". */
  readonly action: string;
  readonly isDangerous?: boolean | undefined;
  readonly children?: ComponentChildren;
  /** To be typed before the button works: for what can not be undone and is about much. */
  readonly typed?: { readonly label: string; readonly value: string } | undefined;
  /** Whether the fields hold what is needed. */
  readonly isReady?: boolean | undefined;
  readonly width?: 'usual' | 'wide' | undefined;
  /** The dialog closes when it resolves. */
  readonly onConfirm: () => Promise<unknown>;
  readonly onClose: () => void;
};

export function ConfirmDialog(props: ConfirmProps) {
  const { title, action, isDangerous = false, children, typed, isReady = true, onConfirm, onClose } = props;
  const [state, setState] = useState<{ readonly isBusy: boolean; readonly error?: unknown }>({ isBusy: false });
  const [text, setText] = useState('');
  const isTyped = typed === undefined || text.trim() === typed.value;
  const isDisabled = state.isBusy || !isTyped || !isReady;
  const confirm = async () => {
    if (isDisabled) return;
    setState({ isBusy: true });
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      setState({ isBusy: false, error });
    }
  };
  return (
    <Dialog
      title={title}
      width={props.width}
      onClose={onClose}
      onSubmit={() => void confirm()}
      actions={
        <>
          <Button onClick={onClose}>{words().shell.cancel}</Button>
          <Button type="submit" kind={isDangerous ? 'danger primary' : 'primary'} isDisabled={isDisabled}>
            {action}
          </Button>
        </>
      }
    >
      {children}
      {typed !== undefined && <TextField label={typed.label} value={text} onInput={setText} isMono />}
      {state.error !== undefined && <Failure error={state.error} />}
    </Dialog>
  );
}
