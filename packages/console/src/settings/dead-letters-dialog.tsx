/** What a webhook could not be told, and the way to try it again. */
import { useState } from 'preact/hooks';
import { announce } from '../components/announce.tsx';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { PagedEnd, usePaged } from '../components/paged.tsx';
import { Time } from '../components/value.tsx';
import { countText } from '../format.ts';
import { language, words } from '../words/words.ts';
import { type DeadLetter, deadLetters, replayDeadLetters, type Webhook } from './webhook.ts';

export function DeadLettersDialog({ webhook, onClose }: { readonly webhook: Webhook; readonly onClose: () => void }) {
  const text = words().settings;
  const locale = language.value.language.tag;
  const list = usePaged<DeadLetter>((after, signal) => deadLetters(webhook.id, after, signal), [webhook.id]);
  const [error, setError] = useState<unknown>();
  const replay = () =>
    replayDeadLetters(webhook.id).then(({ replayed }) => {
      announce(text.replayed(countText(replayed, locale)));
      list.reload();
    }, setError);
  return (
    <Dialog
      title={text.undelivered}
      width="wide"
      onClose={onClose}
      actions={list.items.length > 0 && <Button onClick={() => void replay()}>{text.replay}</Button>}
    >
      {error !== undefined && <Failure error={error} />}
      {list.items.length === 0 && list.state === 'end' && <p class="quiet">{text.noUndelivered}</p>}
      <ul class="stack tight">
        {list.items.map(({ id, happenedAt, attempts, reason }) => (
          <li key={id}>
            <Time at={Date.parse(happenedAt)} /> · {reason} <span class="quiet">{text.attempts(countText(attempts, locale))}</span>
          </li>
        ))}
      </ul>
      <PagedEnd of={list} />
    </Dialog>
  );
}
