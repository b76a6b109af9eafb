/** The tags of an object, all at once, as S3 keeps them. */
import { useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { PairsField } from '../components/pairs-field.tsx';
import { objectTags, putObjectTags, type Tag } from '../s3/objects.ts';
import { words } from '../words/words.ts';
import { ChangedNote } from './changed-note.tsx';

const MOST_TAGS = 10;

type Saving =
  | { readonly state: 'editing' }
  | { readonly state: 'busy' }
  | { readonly state: 'changed' }
  | { readonly state: 'failed'; readonly error: unknown };

type Props = {
  readonly bucket: string;
  readonly objectKey: string;
  readonly tags: readonly Tag[];
  readonly onClose: () => void;
  readonly onSaved: () => void;
};

export function TagsDialog({ bucket, objectKey: key, tags: before, onClose, onSaved }: Props) {
  const text = words().browse;
  const [tags, setTags] = useState<readonly Tag[]>(before.length === 0 ? [{ name: '', value: '' }] : before);
  const [saving, setSaving] = useState<Saving>({ state: 'editing' });
  const save = async () => {
    if (saving.state === 'busy') return;
    setSaving({ state: 'busy' });
    try {
      // S3 has no condition for tags: what was set meanwhile is looked for, so that it is not undone unseen.
      if (!areSame(before, await objectTags({ bucket, key }))) return setSaving({ state: 'changed' });
      await putObjectTags(
        { bucket, key },
        tags.filter(({ name, value }) => name !== '' || value !== ''),
      );
      onSaved();
    } catch (error) {
      setSaving({ state: 'failed', error });
    }
  };
  return (
    <Dialog
      title={text.editTags}
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
      <PairsField
        label={text.tags}
        isLabelHidden
        pairs={tags}
        onChange={setTags}
        nameLabel={text.tagName}
        valueLabel={text.tagValue}
        addLabel={text.addTag}
        removeLabel={text.removeTag}
        most={MOST_TAGS}
      />
      {saving.state === 'changed' && <ChangedNote onReload={onSaved} />}
      {saving.state === 'failed' && <Failure error={saving.error} />}
    </Dialog>
  );
}

function areSame(a: readonly Tag[], b: readonly Tag[]): boolean {
  const values = new Map(b.map(({ name, value }) => [name, value]));
  return a.length === b.length && a.every(({ name, value }) => values.get(name) === value);
}
