/** The dialog: first what the link is to be, then the link. It stays until it is closed, so that the URL is never only on the clipboard. */
import { useState } from 'preact/hooks';
import { Dialog } from '../components/dialog.tsx';
import { Loaded, useLoaded } from '../components/loaded.tsx';
import { countText } from '../format.ts';
import { language, words } from '../words/words.ts';
import { newDraft } from './draft.ts';
import { DraftStep } from './draft-step.tsx';
import { fetchLimits } from './limits.ts';
import { MadeStep } from './made-step.tsx';
import type { MadeLink } from './make-link.ts';
import type { ShareProps } from './share.tsx';
import { isFolder, type ShareSubject, subjectName } from './subject.ts';

type Step = { readonly state: 'drafting' } | { readonly state: 'made'; readonly made: MadeLink };

export function ShareDialog({ of: subject, action = 'download', onClose, onChange }: ShareProps) {
  const [step, setStep] = useState<Step>({ state: 'drafting' });
  const isRequest = action === 'upload' && isFolder(subject);
  const [draft, setDraft] = useState(() => newDraft(action, isRequest));
  const [limits, reload] = useLoaded((signal) => fetchLimits(subject, isRequest, signal), []);
  const title = titleOf(subject, draft.action);

  switch (step.state) {
    case 'drafting':
      if (limits.state !== 'loaded')
        return (
          <Dialog title={title} onClose={onClose}>
            <Loaded of={limits} onRetry={reload}>
              {() => null}
            </Loaded>
          </Dialog>
        );
      return (
        <DraftStep
          title={title}
          subject={subject}
          limits={limits.value}
          draft={draft}
          onDraft={setDraft}
          onClose={onClose}
          onMade={(made) => {
            setStep({ state: 'made', made });
            onChange?.();
          }}
        />
      );
    case 'made':
      return (
        <MadeStep
          title={title}
          made={step.made}
          onClose={onClose}
          onAnother={() => setStep({ state: 'drafting' })}
          onChange={() => onChange?.()}
        />
      );
  }
}

function titleOf(subject: ShareSubject, action: 'download' | 'upload'): string {
  const text = words().share;
  if ('keys' in subject) return text.titleMany(countText(subject.keys.length, language.value.language.tag));
  return action === 'upload' && isFolder(subject) ? text.titleRequest(subjectName(subject)) : text.title(subjectName(subject));
}
