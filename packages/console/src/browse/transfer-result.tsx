/** What became of a move or a copy that did not go through whole. */
import { isCode } from '../api/refusal.ts';
import { failureText } from '../components/failure.tsx';
import { Note } from '../components/note.tsx';
import { countText } from '../format.ts';
import { ChangedMeanwhile } from '../s3/replace-properties.ts';
import { language, words } from '../words/words.ts';
import { visibleName } from './names.ts';
import { problemText } from './problem-text.ts';
import { type Transferred, UnusableName } from './transfer.ts';

export function TransferResult({ action, result }: { readonly action: 'move' | 'copy'; readonly result: Transferred }) {
  const text = words().browse;
  const count = (value: number) => countText(value, language.value.language.tag);
  const { done, skipped, failed, failedCount } = result;
  return (
    <>
      <p role="status">
        {(action === 'move' ? text.moved : text.copiedObjects)(done, count(done))} {skipped > 0 && text.skipped(skipped, count(skipped))}
      </p>
      {failedCount > 0 && (
        <>
          <Note kind="danger">{text.transferFailed(failedCount, count(failedCount))}</Note>
          <ul class="names failures">
            {failed.map(({ key, error }) => (
              <li key={key}>
                <span class="name">{visibleName(key)}</span>
                <span class="quiet">{whyText(error)}</span>
              </li>
            ))}
            {failedCount > failed.length && <li>…</li>}
          </ul>
        </>
      )}
    </>
  );
}

function whyText(error: unknown): string {
  const text = words().browse;
  if (error instanceof ChangedMeanwhile || isCode(error, 'PreconditionFailed')) return text.changedOriginal;
  return error instanceof UnusableName ? problemText(error.problem) : failureText(error);
}
