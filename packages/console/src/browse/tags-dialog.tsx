/** The tags of an object, all at once, as S3 keeps them. */
import { useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { TextField } from '../components/field.tsx';
import { putObjectTags, type Tag } from '../s3/objects.ts';
import { words } from '../words/words.ts';

const MOST_TAGS = 10;

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
  const [failure, setFailure] = useState<unknown>();
  const change = (index: number, changed: Partial<Tag>) => setTags(tags.map((tag, at) => (at === index ? { ...tag, ...changed } : tag)));
  const save = async () => {
    try {
      await putObjectTags(
        { bucket, key },
        tags.filter(({ name, value }) => name !== '' || value !== ''),
      );
      onSaved();
    } catch (error) {
      setFailure(error);
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
          <Button type="submit" kind="primary">
            {text.save}
          </Button>
        </>
      }
    >
      <div class="stack tight">
        {tags.map((tag, index) => (
          <div key={index} class="tag-row">
            <TextField label={text.tagName} isLabelHidden={index > 0} value={tag.name} onInput={(name) => change(index, { name })} />
            <TextField label={text.tagValue} isLabelHidden={index > 0} value={tag.value} onInput={(value) => change(index, { value })} />
            <Button
              kind="quiet"
              icon="trash"
              label={text.removeTag(tag.name)}
              onClick={() => setTags(tags.filter((_, at) => at !== index))}
            />
          </div>
        ))}
      </div>
      <div>
        <Button icon="plus" isDisabled={tags.length >= MOST_TAGS} onClick={() => setTags([...tags, { name: '', value: '' }])}>
          {text.addTag}
        </Button>
      </div>
      {failure !== undefined && <Failure error={failure} />}
    </Dialog>
  );
}
