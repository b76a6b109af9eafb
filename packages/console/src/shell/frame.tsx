/** The frame around every screen: navigation at the side, or behind a button where there is no room for it. */
import { signal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { PAGES, type PageRow } from '../pages.ts';
import { place } from '../router.ts';
import type { SignedIn } from '../session/session.ts';
import { words } from '../words/words.ts';
import { AccountMenu } from './account-menu.tsx';
import { PageView } from './page-view.tsx';
import { Search, SearchButton } from './search.tsx';
import { areShortcutsShown, listenForShortcuts, showShortcuts } from './shortcuts.ts';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';

const isNavigationOpen = signal(false);

export function Frame({ who }: { readonly who: SignedIn['principal'] }) {
  const text = words().shell;
  const content = useRef<HTMLElement>(null);
  const { path } = place.value;
  const opener = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    isNavigationOpen.value = false;
  }, [path]);
  // Where what had the focus is gone with the screen before, or folded away with the navigation, the keyboard goes on in the next screen.
  const isFirst = useRef(true);
  useEffect(() => {
    const focused = document.activeElement;
    const isLost = focused === null || focused === document.body || !focused.checkVisibility();
    if (isLost && !isFirst.current) content.current?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [path, isNavigationOpen.value]);
  useEffect(() => followTitle(content.current), []);
  useEffect(listenForShortcuts, []);
  return (
    <div class={isNavigationOpen.value ? 'frame navigates' : 'frame'}>
      <button type="button" class="skip" onClick={() => content.current?.focus()}>
        {text.skipToContent}
      </button>
      <header class="top">
        <Button
          elementRef={opener}
          class="narrow-only"
          kind="quiet"
          icon="menu"
          label={text.openNavigation}
          isExpanded={isNavigationOpen.value}
          onClick={() => {
            isNavigationOpen.value = !isNavigationOpen.value;
          }}
        />
        <a class="brand" href="/buckets">
          <Brand />
          <span>{text.product}</span>
        </a>
        <SearchButton />
        <div class="top-end">
          <Later fetch={fetchHealthMark} />
          <AccountMenu who={who} />
        </div>
      </header>
      <nav
        class="side"
        aria-label={text.navigation}
        onKeyDown={({ key }) => {
          if (key !== 'Escape' || !isNavigationOpen.value) return;
          isNavigationOpen.value = false;
          opener.current?.focus();
        }}
      >
        <Entries rows={PAGES} group="store" path={path} />
        <hr />
        <Entries rows={PAGES} group="account" path={path} />
      </nav>
      <main id="content" class="content" ref={content} tabIndex={-1}>
        <PageView />
      </main>
      <Dock owner={who.arn} />
      <Search />
      {areShortcutsShown.value && <ShortcutsDialog onClose={() => showShortcuts(false)} />}
    </div>
  );
}

/** The window is called what the screen is, whichever screen says so and whenever. */
function followTitle(content: HTMLElement | null): () => void {
  const name = () => {
    const heading = content?.querySelector('h1')?.textContent ?? '';
    document.title = heading === '' ? words().shell.product : `${heading} · ${words().shell.product}`;
  };
  const watching = new MutationObserver(name);
  if (content !== null) watching.observe(content, { childList: true, subtree: true, characterData: true });
  name();
  return () => watching.disconnect();
}

/** Fetched behind the first screen: uploads go on whatever is looked at, and those that were begun before are taken up. */
function Dock({ owner }: { readonly owner: string }) {
  const [Drawn, setDrawn] = useState<FunctionComponent>();
  useEffect(() => {
    let end = () => {};
    void import('../upload/dock.tsx').then(async ({ UploadDock, startUploads }) => {
      end = startUploads(owner);
      setDrawn(() => UploadDock);
    });
    return () => end();
  }, [owner]);
  return Drawn === undefined ? null : <Drawn />;
}

function Entries({ rows, group, path }: { readonly rows: readonly PageRow[]; readonly group: 'store' | 'account'; readonly path: string }) {
  const text = words().shell;
  return (
    <ul>
      {rows.map(({ path: to, navigation }) => {
        if (navigation?.group !== group) return null;
        const isHere = path === to || path.startsWith(`${to}/`);
        return (
          <li key={to}>
            <a href={to} aria-current={isHere ? 'page' : undefined}>
              <Icon name={navigation.icon} />
              {text[navigation.words] as string}
            </a>
          </li>
        );
      })}
    </ul>
  );
}

/** What the first screen can do without is fetched behind it. */
function Later({ fetch }: { readonly fetch: () => Promise<FunctionComponent> }) {
  const [Drawn, setDrawn] = useState<FunctionComponent>();
  useEffect(() => {
    fetch().then(
      (component) => setDrawn(() => component),
      () => undefined,
    );
  }, [fetch]);
  return Drawn === undefined ? null : <Drawn />;
}

const fetchHealthMark = async () => (await import('./health-mark.tsx')).HealthMark;

/** A key in a lock: the one drawing that is not of the set of icons. */
export function Brand() {
  return (
    <svg class="brand-mark" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <rect width="16" height="16" rx="3.5" />
      <circle cx="6" cy="6.5" r="2.4" />
      <path d="M7.8 8.3 12 12.5M10.2 10.7l1.4-1.4" />
    </svg>
  );
}
