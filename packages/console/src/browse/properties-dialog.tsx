/** The headers and the metadata that an object is kept with. */
import { useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { TextField } from '../components/field.tsx';
import { PairsField } from '../components/pairs-field.tsx';
import type { ObjectFacts } from '../s3/objects.ts';
import { ChangedMeanwhile, replaceProperties } from '../s3/replace-properties.ts';
import { words } from '../words/words.ts';
import { ChangedNote } from './changed-note.tsx';
import {
  type DraftProblems,
  draftOf,
  draftProblems,
  EDITED_HEADERS,
  type EditedHeader,
  type PropertiesDraft,
  propertiesOf,
} from './properties-draft.ts';

type Saving =
  | { readonly state: 'editing'; readonly problems?: DraftProblems | undefined }
  | { readonly state: 'busy' }
  | { readonly state: 'changed' }
  | { readonly state: 'failed'; readonly error: unknown };

type Props = {
  readonly bucket: string;
  readonly objectKey: string;
  readonly facts: ObjectFacts;
  readonly onClose: () => void;
  readonly onSaved: () => void;
};

export function PropertiesDialog({ bucket, objectKey: key, facts, onClose, onSaved }: Props) {
  const text = words().browse;
  const [draft, setDraft] = useState<PropertiesDraft>(draftOf(facts));
  const [saving, setSaving] = useState<Saving>({ state: 'editing' });
  const change = (changed: Partial<PropertiesDraft>) => {
    setDraft({ ...draft, ...changed });
    setSaving({ state: 'editing' });
  };
  const save = async () => {
    if (saving.state === 'busy') return;
    const problems = draftProblems(draft, facts);
    if (problems !== undefined) return setSaving({ state: 'editing', problems });
    setSaving({ state: 'busy' });
    try {
      await replaceProperties({ bucket, key }, facts, propertiesOf(draft, facts));
      onSaved();
    } catch (error) {
      setSaving(error instanceof ChangedMeanwhile ? { state: 'changed' } : { state: 'failed', error });
    }
  };
  const problems = saving.state === 'editing' ? saving.problems : undefined;
  return (
    <Dialog
      title={text.editMetadata}
      onClose={onClose}
      onSubmit={() => void save()}
      actions={
        <>
          <Button onClick={onClose}>{words().shell.cancel}</Button>
          <Button type="submit" kind="primary" isDisabled={saving.state === 'busy'}>
            {text.save}
          </Button>
        </>
      }
    >
      <p class="quiet">{text.metadataHint}</p>
      {EDITED_HEADERS.map((name) => (
        <TextField
          key={name}
          label={headerLabel(name)}
          isMono
          value={draft.headers[name]}
          onInput={(value) => change({ headers: { ...draft.headers, [name]: value } })}
          error={problems?.headers[name] === undefined ? undefined : text.problemAscii}
        />
      ))}
      <PairsField
        label={text.metadata}
        pairs={draft.metadata}
        onChange={(metadata) => change({ metadata })}
        nameLabel={text.metadataName}
        valueLabel={text.metadataValue}
        addLabel={text.addMetadata}
        removeLabel={text.removeMetadata}
        error={metadataProblem(problems)}
      />
      {saving.state === 'busy' && <p role="status">{text.saving}</p>}
      {saving.state === 'changed' && <ChangedNote onReload={onSaved} />}
      {saving.state === 'failed' && <Failure error={saving.error} />}
    </Dialog>
  );
}

export function headerLabel(name: EditedHeader): string {
  const text = words().browse;
  return {
    'content-type': text.contentType,
    'cache-control': text.cacheControl,
    'content-disposition': text.contentDisposition,
    'content-encoding': text.contentEncoding,
    'content-language': text.contentLanguage,
  }[name];
}

function metadataProblem(problems: DraftProblems | undefined): string | undefined {
  if (problems?.metadata === undefined) return undefined;
  const text = words().browse;
  return { name: text.problemMetadataName, twice: text.problemMetadataTwice, large: text.problemMetadataLarge }[problems.metadata];
}
