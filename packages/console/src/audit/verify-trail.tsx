/** Checks every line of the trail against its hash, when somebody asks. */
import { useState } from 'preact/hooks';
import { api } from '../api/client.ts';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { Note } from '../components/note.tsx';
import { countText } from '../format.ts';
import { language, words } from '../words/words.ts';

type Verdict = {
  readonly isWhole: boolean;
  readonly lines: number;
  readonly findings: readonly { readonly what: string; readonly segment: string; readonly line?: number; readonly detail: string }[];
  readonly notices: readonly string[];
};

type State =
  | { readonly state: 'none' }
  | { readonly state: 'busy' }
  | { readonly state: 'failed'; readonly error: unknown }
  | { readonly state: 'judged'; readonly verdict: Verdict };

export function VerifyTrail() {
  const text = words().audit;
  const [state, setState] = useState<State>({ state: 'none' });
  const verify = async () => {
    if (state.state === 'busy') return;
    setState({ state: 'busy' });
    try {
      setState({ state: 'judged', verdict: await api('POST', '/audit/verify', { body: {} }) });
    } catch (error) {
      setState({ state: 'failed', error });
    }
  };
  return (
    <>
      <Button icon="policy" isDisabled={state.state === 'busy'} onClick={() => void verify()}>
        {state.state === 'busy' ? text.verifying : text.verify}
      </Button>
      {(state.state === 'judged' || state.state === 'failed') && (
        <Dialog title={text.verify} onClose={() => setState({ state: 'none' })}>
          {state.state === 'failed' ? <Failure error={state.error} /> : <Judged verdict={state.verdict} />}
        </Dialog>
      )}
    </>
  );
}

function Judged({ verdict: { isWhole, lines, findings, notices } }: { readonly verdict: Verdict }) {
  const text = words().audit;
  return (
    <>
      <Note kind={isWhole ? 'good' : 'danger'}>{isWhole ? text.whole(countText(lines, language.value.language.tag)) : text.notWhole}</Note>
      <ul class="stack tight">
        {findings.map(({ segment, line, detail }) => (
          <li key={`${segment}${line ?? ''}${detail}`}>
            <code>
              {segment}
              {line !== undefined && `:${line}`}
            </code>{' '}
            {detail}
          </li>
        ))}
        {notices.map((notice) => (
          <li key={notice} class="quiet">
            {notice}
          </li>
        ))}
      </ul>
    </>
  );
}
