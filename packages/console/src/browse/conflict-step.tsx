/** There is an object of that name: what is to become of the two? */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { CheckField } from '../components/field.tsx';
import { Note } from '../components/note.tsx';
import { words } from '../words/words.ts';
import type { Question } from './asker.ts';
import { visibleName } from './names.ts';

/** `isAlone`: there are no others that the answer could be for as well. */
export function ConflictStep({ question, isAlone }: { readonly question: Question; readonly isAlone: boolean }) {
  const text = words().browse;
  const [isForAll, setForAll] = useState(false);
  const first = useRef<HTMLButtonElement>(null);
  // The field or button that was in use is gone.
  useEffect(() => first.current?.focus(), []);
  return (
    <div class="stack">
      <Note kind="warn">
        <b role="alert">{text.overwriteTitle(visibleName(question.key))}.</b> {text.overwriteText}
      </Note>
      {!isAlone && <CheckField label={text.forAll} isChecked={isForAll} onChange={setForAll} />}
      <div class="row wrap">
        <Button elementRef={first} onClick={() => question.answer('skip', isForAll)}>
          {text.skip}
        </Button>
        <Button onClick={() => question.answer('both', isForAll)}>{text.keepBoth}</Button>
        <Button kind="danger" onClick={() => question.answer('replace', isForAll)}>
          {text.overwrite}
        </Button>
      </div>
    </div>
  );
}
