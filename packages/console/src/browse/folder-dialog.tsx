/** A new folder. */
import { useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { TextField } from '../components/field.tsx';
import { createFolder } from '../s3/objects.ts';
import { words } from '../words/words.ts';
import { nameProblem } from './names.ts';
import { problemText } from './problem-text.ts';

export function FolderDialog({
  bucket,
  prefix,
  onClose,
  onCreated,
}: {
  readonly bucket: string;
  readonly prefix: string;
  readonly onClose: () => void;
  readonly onCreated: (key: string) => void;
}) {
  const text = words().browse;
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<string>();
  const [failure, setFailure] = useState<unknown>();
  const create = async () => {
    const wanted = name.replace(/\/$/, '');
    const wrong = nameProblem(wanted, prefix);
    setProblem(wrong && problemText(wrong));
    if (wrong !== undefined) return;
    try {
      await createFolder(bucket, `${prefix}${wanted}/`);
      onCreated(`${prefix}${wanted.split('/')[0]}/`);
    } catch (error) {
      setFailure(error);
    }
  };
  return (
    <Dialog
      title={text.newFolder}
      onClose={onClose}
      onSubmit={() => void create()}
      actions={
        <>
          <Button onClick={onClose}>{words().shell.cancel}</Button>
          <Button type="submit" kind="primary">
            {text.newFolder}
          </Button>
        </>
      }
    >
      <TextField label={text.folderName} hint={text.folderHint} hasFocus value={name} onInput={setName} error={problem} />
      {failure !== undefined && <Failure error={failure} />}
    </Dialog>
  );
}
