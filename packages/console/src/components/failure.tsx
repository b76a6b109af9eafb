/** What went wrong, in the server's words, and the number to ask about. */
import type { ComponentChildren } from 'preact';
import { isRefusal } from '../api/refusal.ts';
import { words } from '../words/words.ts';
import { Button } from './button.tsx';
import { Note } from './note.tsx';

/** `onRetry` puts a button beside it. */
export function Failure({
  error,
  onRetry,
  children,
}: {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
  readonly children?: ComponentChildren;
}) {
  const text = words().shell;
  return (
    <Note kind="danger">
      {children !== undefined && <b>{children} </b>}
      {failureText(error)}
      {isRefusal(error) && error.requestId !== undefined && <span class="quiet"> {text.requestId(error.requestId)}</span>}
      {onRetry !== undefined && (
        <>
          {' '}
          <Button onClick={onRetry}>{text.retry}</Button>
        </>
      )}
    </Note>
  );
}

/** One sentence. */
export function failureText(error: unknown): string {
  if (isRefusal(error)) return error.message;
  // By the standard of fetch, what never arrived is a TypeError.
  if (error instanceof TypeError) return words().shell.offline;
  return error instanceof Error ? error.message : words().shell.failed;
}
