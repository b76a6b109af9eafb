/** The keys of the list. */
import { Dialog } from '../components/dialog.tsx';
import { words } from '../words/words.ts';

export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  const text = words().browse;
  const rows: readonly (readonly [keys: readonly string[], does: string])[] = [
    [['↑', '↓', 'Home', 'End'], text.shortcutMove],
    [['Shift', '↑', '↓'], text.shortcutExtend],
    [['Space'], text.shortcutToggle],
    [['Ctrl', 'A'], text.shortcutAll],
    [['Enter'], text.shortcutOpen],
    [['Backspace'], text.shortcutUp],
    [['/'], text.shortcutFilter],
    [['Delete'], text.shortcutDelete],
    [['Shift', 'F10'], text.shortcutMenu],
    [['Ctrl', 'K'], words().search.shortcut],
    [['?'], text.shortcuts],
  ];
  return (
    <Dialog title={text.shortcuts} onClose={onClose}>
      <dl class="shortcuts">
        {rows.map(([keys, does]) => (
          <div key={does}>
            <dt>{does}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
