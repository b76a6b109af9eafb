/** What the link is to be: who can do what, for how long, within which limits. One button makes it and copies it. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { isRefusal, type Refusal } from '../api/refusal.ts';
import { serverNow } from '../clock.ts';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { RadioField } from '../components/field.tsx';
import { Note } from '../components/note.tsx';
import { words } from '../words/words.ts';
import { type DraftField, kindOf, problemsIn, type ShareDraft, type Way, wayOf, waysOf } from './draft.ts';
import { LifeField } from './life-field.tsx';
import { betterEndpoint, isForHereOnly, type LinkLimits } from './limits.ts';
import { type MadeLink, makeLink } from './make-link.ts';
import { MoreLimits } from './more-limits.tsx';
import { isFolder, type ShareSubject } from './subject.ts';

export type DraftProps = {
  readonly subject: ShareSubject;
  readonly limits: LinkLimits;
  readonly draft: ShareDraft;
  readonly onDraft: (draft: ShareDraft) => void;
};

type Attempt =
  | { readonly state: 'none' }
  | { readonly state: 'incomplete' }
  | { readonly state: 'busy' }
  | { readonly state: 'refused'; readonly error: unknown };

export function DraftStep(
  props: DraftProps & { readonly title: string; readonly onClose: () => void; readonly onMade: (made: MadeLink) => void },
) {
  const { title, subject, limits, draft, onDraft, onClose, onMade } = props;
  const text = words().share;
  const [attempt, setAttempt] = useState<Attempt>({ state: 'none' });
  // Sent again after the network has failed, what was asked for is made once; what is asked for otherwise is something else.
  const attemptKey = useMemo(() => newKey(), [draft]);
  // What is wrong may first have to unfold.
  useEffect(() => {
    if (attempt.state === 'incomplete') setTimeout(() => document.querySelector<HTMLElement>(WRONG)?.focus(), 50);
  }, [attempt.state]);
  // The first choice, and not the button that closes everything.
  useEffect(() => document.querySelector<HTMLElement>('dialog[open] input:checked, dialog[open] .preset')?.focus(), []);
  const way = wayOf(subject, draft);
  const kind = kindOf(subject, draft);
  const problems = problemsIn(subject, draft, limits[kind], serverNow());
  const errors = errorsOf(attempt.state === 'none' ? {} : problems, attempt.state === 'refused' ? attempt.error : undefined);
  const change = (changes: Partial<ShareDraft>) => {
    onDraft({ ...draft, ...changes });
    if (attempt.state !== 'busy') setAttempt({ state: 'none' });
  };

  const submit = async () => {
    if (attempt.state === 'busy' || limits[kind].isOff) return;
    if (Object.keys(problems).length > 0) {
      setAttempt({ state: 'incomplete' });
      return;
    }
    setAttempt({ state: 'busy' });
    try {
      onMade(await makeLink(subject, draft, limits, attemptKey));
    } catch (error) {
      setAttempt({ state: 'refused', error });
    }
  };

  return (
    <Dialog
      title={title}
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={
        <>
          <Button onClick={onClose}>{words().shell.cancel}</Button>
          <Button type="submit" kind="primary" icon="link" isDisabled={attempt.state === 'busy' || limits[kind].isOff}>
            {attempt.state === 'busy' ? text.creating : way === 'form' ? text.createForm : text.create}
          </Button>
        </>
      }
    >
      {!('keys' in subject) && (
        <RadioField
          label={text.everyone}
          value={draft.action}
          choices={[
            { value: 'download', label: isFolder(subject) ? text.downloadAll : text.download },
            { value: 'upload', label: isFolder(subject) ? text.deliver : text.replace },
          ]}
          onChange={(action) => change({ action, way: undefined })}
        />
      )}
      <WayField subject={subject} draft={draft} onChange={(chosen) => change({ way: chosen })} />
      <LifeField subject={subject} limits={limits} draft={draft} onChange={change} error={errors.amount} />
      <MoreLimits subject={subject} limits={limits} draft={draft} onChange={change} errors={errors} />
      {limits[kind].isOff && <Note kind="warn">{text.isOff}</Note>}
      {isForHereOnly(limits, way === 'page') && (
        <Note kind="warn">
          {text.hereOnly(new URL(way === 'page' ? limits.consoleUrl : (betterEndpoint(limits) ?? limits.endpoint)).host)}
        </Note>
      )}
      {errors.other !== undefined && <Failure error={errors.other} />}
    </Dialog>
  );
}

function WayField({
  subject,
  draft,
  onChange,
}: {
  readonly subject: ShareSubject;
  readonly draft: ShareDraft;
  readonly onChange: (way: Way) => void;
}) {
  const text = words().share;
  const ways = waysOf(subject, draft.action);
  const way = wayOf(subject, draft);
  const isUpload = draft.action === 'upload';
  const label = { page: isUpload ? text.wayUploadPage : text.wayPage, url: isUpload ? text.wayUploadUrl : text.wayUrl, form: text.wayForm };
  const hint = { page: isUpload ? text.requestHint : text.pageHint, url: isUpload ? text.putHint : text.urlHint, form: text.formHint };
  return (
    <div class="stack tight">
      {ways.length > 1 && (
        <RadioField label={text.opensAs} value={way} choices={ways.map((value) => ({ value, label: label[value] }))} onChange={onChange} />
      )}
      <p class="quiet small">{hint[way]}</p>
    </div>
  );
}

/** `randomUUID` is there only where the page came over TLS. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const WRONG = 'dialog[open] [aria-invalid="true"]';

export type DraftErrors = Readonly<Partial<Record<DraftField, string>>> & { readonly other?: unknown };

/** What is wrong in the words of the field's own rule, or in the server's. */
function errorsOf(problems: ReturnType<typeof problemsIn>, refused: unknown): DraftErrors {
  const text = words().share;
  const sentences = {
    amount: text.wrongAmount,
    'whole-number': text.wholeNumber,
    number: text.aNumber,
    needed: text.needed,
    required: text.required,
    'no-page': text.passwordNeedsPage,
    'over-before': text.overBefore,
  };
  const own = Object.fromEntries(Object.entries(problems).map(([field, problem]) => [field, sentences[problem]]));
  if (refused === undefined) return own;
  if (!isRefusal(refused)) return { ...own, other: refused };
  const told = Object.fromEntries(Object.entries(POINTERS).flatMap(([pointer, field]) => tellingOf(refused, pointer, field)));
  return { ...own, ...told, ...(Object.keys(told).length === 0 && { other: refused }) };
}

function tellingOf(refusal: Refusal, pointer: string, field: DraftField): readonly (readonly [DraftField, string])[] {
  const detail = refusal.about(pointer);
  return detail === undefined ? [] : [[field, detail]];
}

const POINTERS: Readonly<Record<string, DraftField>> = {
  '/expiresIn': 'amount',
  '/expiresAt': 'amount',
  '/notBefore': 'notBefore',
  '/maxUses': 'maxUses',
  '/maxFiles': 'maxUses',
  '/sourceIp': 'addresses',
  '/password': 'password',
  '/maxBytesPerSecond': 'speed',
  '/maxSize': 'maxSize',
  '/contentTypes': 'contentTypes',
  '/key': 'fileName',
};
