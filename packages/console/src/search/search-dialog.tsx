/** A field to type into, and what it leads to: walked with the arrows, opened with Return. */
// biome-ignore-all lint/a11y/useSemanticElements: a list that a field walks through has no element of its own
import { useEffect, useId, useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { useModal } from '../components/dialog.tsx';
import { failureText } from '../components/failure.tsx';
import { Icon } from '../components/icon.tsx';
import { countText } from '../format.ts';
import { go, place } from '../router.ts';
import { language, words } from '../words/words.ts';
import { type Found, type Group, hrefOfFound } from './found.ts';
import type { Here } from './place-meant.ts';
import { useSearch } from './use-search.ts';

export function SearchDialog({ onClose }: { readonly onClose: () => void }) {
  const text = words().search;
  const id = useId();
  const dialog = useModal();
  const [typed, setTyped] = useState('');
  const [cursor, setCursor] = useState(0);
  const [here] = useState(hereNow);
  const { found, isBusy, error } = useSearch(typed, here);
  const at = Math.min(cursor, found.length - 1);
  useEffect(() => setCursor(0), [typed]);
  useEffect(() => document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: 'nearest' }), [at]);
  const open = (chosen: Found) => {
    onClose();
    go(chosen.path, chosen.query);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const chosen = found[at];
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (to !== undefined && found.length > 0) setCursor((to + found.length) % found.length);
    else if (event.key === 'Enter' && chosen !== undefined) open(chosen);
    else return;
    event.preventDefault();
  };
  return (
    <dialog
      ref={dialog}
      class="dialog search"
      aria-label={text.title}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div class="search-head">
        <Icon name="search" />
        <input
          class="search-field"
          type="text"
          role="combobox"
          aria-label={here === undefined ? text.title : text.titleIn(here.bucket)}
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={found.length === 0 ? undefined : `${id}-${at}`}
          aria-autocomplete="list"
          autoComplete="off"
          autoCapitalize="off"
          spellcheck={false}
          autoFocus
          placeholder={here === undefined ? text.placeholder : text.placeholderIn}
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <Button kind="quiet" icon="close" label={words().shell.close} onClick={onClose} />
      </div>
      <div class="search-list" role="listbox" id={`${id}-list`} aria-label={text.results} aria-busy={isBusy}>
        {found.map((each, index) => (
          <Option
            key={hrefOfFound(each)}
            id={`${id}-${index}`}
            found={each}
            isFirst={each.group !== found[index - 1]?.group}
            isChosen={index === at}
            onPoint={() => setCursor(index)}
            onOpen={() => open(each)}
          />
        ))}
      </div>
      <p class="search-foot quiet" role="status">
        {toldOf(found.length, isBusy, error)}
      </p>
    </dialog>
  );
}

type OptionProps = {
  readonly id: string;
  readonly found: Found;
  /** Of its kind: the kind stands above it. */
  readonly isFirst: boolean;
  readonly isChosen: boolean;
  readonly onPoint: () => void;
  readonly onOpen: () => void;
};

function Option({ id, found, isFirst, isChosen, onPoint, onOpen }: OptionProps) {
  return (
    <>
      {isFirst && (
        <p class="search-group" role="presentation">
          {groupName(found.group)}
        </p>
      )}
      <a
        id={id}
        class="search-option"
        role="option"
        tabIndex={-1}
        aria-selected={isChosen}
        href={hrefOfFound(found)}
        onMouseMove={isChosen ? undefined : onPoint}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
          event.preventDefault();
          onOpen();
        }}
      >
        <Icon name={found.icon} />
        <span class="name">{found.title}</span>
        <span class="visually-hidden">, {groupName(found.group)}, </span>
        <span class="search-detail">{found.detail}</span>
      </a>
    </>
  );
}

function groupName(group: Group): string {
  const { shell, browse, search } = words();
  return { pages: search.pages, buckets: shell.buckets, objects: browse.objects, links: shell.links }[group];
}

function toldOf(count: number, isBusy: boolean, error: unknown): string {
  const text = words().search;
  if (isBusy) return words().shell.loading;
  const told = count === 0 ? text.nothing : text.count(count, countText(count, language.value.language.tag));
  return error === undefined ? told : `${told} ${text.partly(failureText(error))}`;
}

function hereNow(): Here {
  const { path, query } = place.value;
  const bucket = /^\/buckets\/([^/]+)/.exec(path)?.[1];
  return bucket === undefined ? undefined : { bucket: decodeURIComponent(bucket), prefix: query.prefix ?? '' };
}
