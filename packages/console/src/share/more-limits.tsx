/** Everything else that a link may be limited to, folded away: most links need none of it. */
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { CheckField, SelectField, TextField } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { Note } from '../components/note.tsx';
import { words } from '../words/words.ts';
import { kindOf, type ShareDraft } from './draft.ts';
import type { DraftErrors } from './draft-step.tsx';
import type { LinkLimits } from './limits.ts';
import { isMany, type ShareSubject } from './subject.ts';
import { suggestedPassword } from './suggested-password.ts';

type LimitsProps = {
  readonly subject: ShareSubject;
  readonly limits: LinkLimits;
  readonly draft: ShareDraft;
  readonly onChange: (changes: Partial<ShareDraft>) => void;
  readonly errors: DraftErrors;
};

export function MoreLimits(props: LimitsProps) {
  const { subject, limits, draft, errors } = props;
  const text = words().share;
  const kind = kindOf(subject, draft);
  const [isOpen, setOpen] = useState(false);
  // A field that something is wrong with has to be seen.
  const isNeeded = Object.keys(errors).some(
    (field) => field !== 'amount' && field !== 'other' && field !== 'fileName' && field !== 'maxSize',
  );
  useEffect(() => {
    if (isNeeded) setOpen(true);
  }, [isNeeded]);
  return (
    <>
      {draft.action === 'upload' && <UploadLimits {...props} />}
      <details class="more" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <Icon name="chevron" isDirected />
          <span>
            {text.more} <span class="quiet">{draft.action === 'upload' ? text.moreOfUpload : text.moreOf}</span>
          </span>
        </summary>
        <div class="fields">
          <UsesField {...props} />
          <AddressField {...props} />
          {(kind === 'page' || kind === 'request' || kind === 'read') && <PasswordField {...props} />}
          {draft.action === 'download' && !isMany(subject) && <NameFields {...props} />}
          {draft.action === 'upload' && <TypeFields {...props} />}
          <BeginningField {...props} />
          <TextFields {...props} hasPage={kind === 'page' || kind === 'request'} />
        </div>
        {limits.isBehindUnknownProxy && draft.addresses !== '' && <Note kind="warn">{text.unknownProxy}</Note>}
      </details>
    </>
  );
}

function UsesField({ subject, draft, onChange, errors }: LimitsProps) {
  const text = words().share;
  const kind = kindOf(subject, draft);
  const [label, hint] =
    kind === 'request' ? [text.files, text.filesHint] : [text.uses, draft.action === 'upload' ? text.usesUpload : text.usesHint];
  return (
    <TextField
      label={label}
      hint={hint}
      type="text"
      value={draft.maxUses}
      onInput={(maxUses) => onChange({ maxUses })}
      error={errors.maxUses}
    />
  );
}

function AddressField({ limits, draft, onChange, errors }: LimitsProps) {
  const text = words().share;
  const hasMine = draft.addresses.split(/[\s,;]+/).includes(limits.address);
  return (
    <div class="field">
      <TextField
        label={text.addresses}
        hint={text.addressesHint}
        value={draft.addresses}
        isMono
        onInput={(addresses) => onChange({ addresses })}
        error={errors.addresses}
      />
      {!hasMine && (
        <Button
          kind="quiet"
          class="inline-action"
          icon="plus"
          onClick={() => onChange({ addresses: [draft.addresses.trim(), limits.address].filter(Boolean).join(', ') })}
        >
          {text.myAddress(limits.address)}
        </Button>
      )}
    </div>
  );
}

function PasswordField({ draft, onChange, errors }: LimitsProps) {
  const text = words().share;
  return (
    <div class="field">
      <TextField
        label={text.password}
        hint={text.passwordHint}
        autoComplete="new-password"
        isMono
        value={draft.password}
        onInput={(password) => onChange({ password })}
        error={errors.password}
      />
      <Button kind="quiet" class="inline-action" icon="key" onClick={() => onChange({ password: suggestedPassword() })}>
        {text.suggest}
      </Button>
    </div>
  );
}

function BeginningField({ draft, onChange, errors }: LimitsProps) {
  const text = words().share;
  return (
    <TextField
      label={text.notBefore}
      hint={text.notBeforeHint}
      type="datetime-local"
      value={draft.notBefore}
      onInput={(notBefore) => onChange({ notBefore })}
      error={errors.notBefore}
    />
  );
}

function NameFields({ draft, onChange }: LimitsProps) {
  const text = words().share;
  return (
    <>
      <TextField
        label={text.saveAs}
        hint={text.saveAsHint}
        value={draft.downloadName}
        onInput={(downloadName) => onChange({ downloadName })}
      />
      <SelectField
        label={text.browsers}
        value={draft.disposition}
        choices={[
          { value: 'as-is', label: text.asIs },
          { value: 'attachment', label: text.attachment },
          { value: 'inline', label: text.inline },
        ]}
        onChange={(disposition) => onChange({ disposition })}
      />
    </>
  );
}

/** What an upload can not do without a thought: they stand in sight. */
function UploadLimits({ subject, draft, onChange, errors }: LimitsProps) {
  const text = words().share;
  const needsName = 'keyPrefix' in subject && kindOf(subject, draft) === 'write';
  return (
    <div class="fields">
      {needsName && (
        <TextField
          label={text.fileName}
          hint={text.fileNameHint}
          isRequired
          value={draft.fileName}
          onInput={(fileName) => onChange({ fileName })}
          error={errors.fileName}
        />
      )}
      <TextField
        label={text.maxSize}
        hint={text.maxSizeHint}
        value={draft.maxSize}
        onInput={(maxSize) => onChange({ maxSize })}
        error={errors.maxSize}
      />
    </div>
  );
}

function TypeFields({ draft, onChange, errors }: LimitsProps) {
  const text = words().share;
  return (
    <>
      <TextField
        label={text.contentTypes}
        hint={text.contentTypesHint}
        isMono
        value={draft.contentTypes}
        onInput={(contentTypes) => onChange({ contentTypes })}
        error={errors.contentTypes}
      />
      <div class="field align-check">
        <CheckField label={text.noOverwrite} isChecked={draft.noOverwrite} onChange={(noOverwrite) => onChange({ noOverwrite })} />
        {errors.noOverwrite !== undefined && <span class="error">{errors.noOverwrite}</span>}
      </div>
    </>
  );
}

function TextFields({ draft, onChange, errors, hasPage }: LimitsProps & { readonly hasPage: boolean }) {
  const text = words().share;
  return (
    <>
      <TextField label={text.label} hint={text.labelHint} value={draft.label} onInput={(label) => onChange({ label })} />
      <TextField
        label={text.speed}
        hint={text.speedHint}
        value={draft.speed}
        onInput={(speed) => onChange({ speed })}
        error={errors.speed}
      />
      <div class="whole-row">
        <TextField
          label={text.note}
          hint={hasPage ? text.noteHint : text.noteHintUrl}
          rows={2}
          value={draft.note}
          onInput={(note) => onChange({ note })}
        />
      </div>
    </>
  );
}
