/** The dialogs about links, one or several: extend, revoke. */
import { useState } from 'preact/hooks';
import { announce } from '../components/announce.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { CheckField } from '../components/field.tsx';
import { Note } from '../components/note.tsx';
import { countText } from '../format.ts';
import { language, words } from '../words/words.ts';
import { type Link, linkName } from './link.ts';
import { changeLink, forEach, type Outcome, revokeLink } from './link-actions.ts';
import { type Span, SpanField, secondsOf } from './span-field.tsx';

export type LinkDialog = { readonly kind: 'extend' | 'revoke'; readonly links: readonly Link[] };

type DialogProps = {
  readonly links: readonly Link[];
  readonly onDone: (outcome: Outcome<Link>) => void;
  readonly onClose: () => void;
};

export function LinkDialogs({ dialog, ...props }: Omit<DialogProps, 'links'> & { readonly dialog: LinkDialog }) {
  return dialog.kind === 'extend' ? <ExtendDialog {...props} links={dialog.links} /> : <RevokeDialog {...props} links={dialog.links} />;
}

/** What several links are called in a sentence. */
function namesOf(links: readonly Link[]): string {
  const [first] = links;
  return links.length === 1 && first !== undefined ? linkName(first) : countText(links.length, language.value.language.tag);
}

function ExtendDialog({ links, onDone, onClose }: DialogProps) {
  const text = words().links;
  const [span, setSpan] = useState<Span>({ amount: '1', unit: 'days' });
  const seconds = secondsOf(span);
  return (
    <ConfirmDialog
      title={text.extendTitle(namesOf(links))}
      action={text.extend}
      isReady={seconds !== undefined}
      onClose={onClose}
      onConfirm={async () => {
        const done = await actOn(links, (id) => changeLink(id, { expiresIn: seconds }));
        announce(text.extended);
        onDone(done);
      }}
    >
      <SpanField label={text.extendBy} value={span} onChange={setSpan} />
      <p class="quiet small">{text.extendHint}</p>
    </ConfirmDialog>
  );
}

function RevokeDialog({ links, onDone, onClose }: DialogProps) {
  const text = words().links;
  const [isCut, setCut] = useState(false);
  const count = countText(links.length, language.value.language.tag);
  return (
    <ConfirmDialog
      title={text.revokeTitle(namesOf(links))}
      action={links.length === 1 ? text.revoke : text.revokeMany(count)}
      isDangerous
      onClose={onClose}
      onConfirm={async () => {
        const done = await actOn(links, (id) => revokeLink(id, isCut));
        announce(text.revokedNow);
        onDone(done);
      }}
    >
      <p>{text.revokeHint}</p>
      <CheckField label={text.cut} isChecked={isCut} onChange={setCut} />
    </ConfirmDialog>
  );
}

/** A single refusal is thrown, for the dialog to show; of several, what was refused is counted. */
async function actOn(links: readonly Link[], act: (id: string) => Promise<Link>): Promise<Outcome<Link>> {
  const done = await forEach(
    links.map(({ id }) => id),
    act,
  );
  const [only] = done.failed;
  if (links.length === 1 && only !== undefined) throw only.error;
  return done;
}

export function FailedNote({ outcome }: { readonly outcome: Outcome<Link> | undefined }) {
  if (outcome === undefined || outcome.failed.length === 0) return null;
  const locale = language.value.language.tag;
  const all = outcome.failed.length + outcome.changed.length;
  const reasons = [...new Set(outcome.failed.map(({ error }) => (error instanceof Error ? error.message : String(error))))];
  return (
    <Note kind="danger">
      {words().links.someFailed(countText(outcome.failed.length, locale), countText(all, locale))} {reasons.join(' ')}
    </Note>
  );
}
