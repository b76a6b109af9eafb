/** The way to the search: a button that looks like its field, and Ctrl K or ⌘K anywhere. The search itself is fetched behind the first screen. */
import { signal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../components/icon.tsx';
import { words } from '../words/words.ts';

const isOpen = signal(false);

export function SearchButton() {
  const text = words().search;
  return (
    <button
      type="button"
      class="button search-button"
      aria-label={`${text.placeholder} ${SHORTCUT}`}
      aria-haspopup="dialog"
      aria-keyshortcuts="Control+K Meta+K"
      onClick={() => {
        isOpen.value = true;
      }}
    >
      <Icon name="search" />
      <span>{text.placeholder}</span>
      <kbd>{SHORTCUT}</kbd>
    </button>
  );
}

/** Belongs into the page once. */
export function Search() {
  const [Drawn, setDrawn] = useState<FunctionComponent<{ readonly onClose: () => void }>>();
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      // No dialog above another.
      if (document.querySelector('dialog[open]') === null) isOpen.value = true;
    };
    addEventListener('keydown', hear);
    return () => {
      removeEventListener('keydown', hear);
      isOpen.value = false;
    };
  }, []);
  useEffect(() => {
    import('../search/search-dialog.tsx').then(
      ({ SearchDialog }) => setDrawn(() => SearchDialog),
      () => undefined,
    );
  }, []);
  if (!isOpen.value || Drawn === undefined) return null;
  return (
    <Drawn
      onClose={() => {
        isOpen.value = false;
      }}
    />
  );
}

const SHORTCUT = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘K' : 'Ctrl K';
