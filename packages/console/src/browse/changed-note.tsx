/** What is shown is no longer what there is: nothing was saved, and what was typed is still there to be copied. */
import { Button } from '../components/button.tsx';
import { Note } from '../components/note.tsx';
import { words } from '../words/words.ts';

export function ChangedNote({ onReload }: { readonly onReload: () => void }) {
  const text = words().browse;
  return (
    <Note kind="danger">
      {text.changedMeanwhile} <Button onClick={onReload}>{text.showCurrent}</Button>
    </Note>
  );
}
