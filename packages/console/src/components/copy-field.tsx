/** A text to be taken along: it stays on the screen, and the button says what became of the copying. */
import { useRef, useState } from 'preact/hooks';
import { words } from '../words/words.ts';
import { announce } from './announce.tsx';
import { Button } from './button.tsx';
import { copyText } from './copy.ts';

export function CopyField({
  label,
  value,
  isPrimary = false,
}: {
  readonly label: string;
  readonly value: string;
  readonly isPrimary?: boolean;
}) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <div class="copy-field">
      <input ref={field} class="input mono" readOnly aria-label={label} value={value} onFocus={(event) => event.currentTarget.select()} />
      <CopyButton value={value} label={label} field={field} isPrimary={isPrimary} />
    </div>
  );
}

type CopyButtonProps = {
  readonly value: string;
  /** What is copied, for the button's name. */
  readonly label: string;
  readonly field?: { readonly current: HTMLInputElement | HTMLTextAreaElement | null } | undefined;
  readonly isPrimary?: boolean | undefined;
  readonly isIconOnly?: boolean | undefined;
};

export function CopyButton({ value, label, field, isPrimary = false, isIconOnly = false }: CopyButtonProps) {
  const [copied, setCopied] = useState<string>();
  const text = words().shell;
  const isDone = copied === value;
  const copy = async () => {
    const isCopied = await copyText(value, field?.current);
    announce(isCopied ? text.copied : text.copyFailed);
    setCopied(isCopied ? value : undefined);
  };
  return (
    <Button
      kind={isPrimary ? 'primary' : isIconOnly ? 'quiet' : 'plain'}
      icon={isDone ? 'check' : 'copy'}
      label={text.copyName(label)}
      onClick={() => void copy()}
      {...(!isIconOnly && { children: isDone ? text.copied : text.copy })}
    />
  );
}
