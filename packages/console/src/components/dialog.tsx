/** A dialog on the native element, which keeps the focus inside, closes on Escape and gives the focus back. */
import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { words } from '../words/words.ts';
import { Button } from './button.tsx';

export type DialogProps = {
  readonly title: ComponentChildren;
  readonly children?: ComponentChildren;
  /** The buttons, the most wanted last. */
  readonly actions?: ComponentChildren;
  readonly onClose: () => void;
  /** Return in a field, or the submit button. */
  readonly onSubmit?: (() => void) | undefined;
  readonly width?: 'usual' | 'wide' | undefined;
};

/** Open for as long as it is drawn. */
export function Dialog({ title, children, actions, onClose, onSubmit, width = 'usual' }: DialogProps) {
  const element = useModal();
  const id = useId();
  return (
    <dialog
      ref={element}
      class={`dialog sheet ${width}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <form
        method="dialog"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit?.();
        }}
      >
        <div class="dialog-head">
          <h2 id={id}>{title}</h2>
          <Button kind="quiet" icon="close" label={words().shell.close} onClick={onClose} />
        </div>
        <div class="dialog-body">{children}</div>
        {actions !== undefined && <div class="dialog-foot">{actions}</div>}
      </form>
    </dialog>
  );
}

/** For an element that is open as long as it is drawn. */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return element;
}
