/** Who is signed in, how the console looks to them, and the way out. */
import { Menu, type MenuItem } from '../components/menu.tsx';
import { go } from '../router.ts';
import { type SignedIn, signOut } from '../session/session.ts';
import { LANGUAGES, language, words } from '../words/words.ts';
import { chooseLanguage, chooseTheme, theme } from './preferences.ts';
import { showShortcuts } from './shortcuts.ts';

export function AccountMenu({ who }: { readonly who: SignedIn['principal'] }) {
  const text = words().shell;
  const name = who.kind === 'root' ? text.rootUser : who.name;
  const items: MenuItem[] = [
    { label: text.sessions, icon: 'globe', onSelect: () => go('/sessions') },
    { label: text.keyboard, icon: 'keyboard', shortcut: '?', onSelect: () => showShortcuts(true) },
    'line',
    ...(['system', 'light', 'dark'] as const).map((choice) => ({
      label: text[choice],
      isChosen: theme.value === choice,
      onSelect: () => chooseTheme(choice),
    })),
    'line',
    ...LANGUAGES.map((choice) => ({
      label: choice.name,
      isChosen: language.value.language.tag === choice.tag,
      onSelect: () => void chooseLanguage(choice),
    })),
    'line',
    { label: text.signOut, icon: 'back', onSelect: () => void signOut() },
  ];
  return (
    <Menu kind="quiet" icon="user" class="account" label={text.account(name)} items={items} caption={<span class="name">{name}</span>}>
      <span class="name">{name}</span>
    </Menu>
  );
}
