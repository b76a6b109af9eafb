/** Copying: by the clipboard where the page may have it (only over HTTPS and on this machine), by a selection where it may not. */

/** Whether the text is on the clipboard now. Where it is not, `field`, if there is one, is left selected, for Ctrl+C. */
export async function copyText(text: string, field?: HTMLInputElement | HTMLTextAreaElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text, field);
  }
}

function copySelected(text: string, field: HTMLInputElement | HTMLTextAreaElement | null | undefined): boolean {
  const from = field ?? madeFor(text);
  const before = document.activeElement;
  from.focus();
  from.select();
  const isCopied = document.execCommand('copy');
  if (from !== field) {
    from.remove();
    if (before instanceof HTMLElement) before.focus();
  }
  return isCopied;
}

function madeFor(text: string): HTMLTextAreaElement {
  const made = document.createElement('textarea');
  made.className = 'visually-hidden';
  made.value = text;
  // Inside an open dialog nothing outside of it can have the focus.
  ([...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body).append(made);
  return made;
}
