/** The end of a bucket, which has to be named once more. */
import { useState } from 'preact/hooks';
import { isCode } from '../api/refusal.ts';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { TextField } from '../components/field.tsx';
import { Note } from '../components/note.tsx';
import { deleteBucket } from '../s3/objects.ts';
import { words } from '../words/words.ts';

export function DeleteBucketDialog({
  bucket,
  onClose,
  onDeleted,
}: {
  readonly bucket: string;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}) {
  const text = words().browse;
  const [typed, setTyped] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const remove = async () => {
    if (typed !== bucket || isBusy) return;
    setBusy(true);
    try {
      await deleteBucket(bucket);
      onDeleted();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={text.deleteBucketTitle(bucket)}
      onClose={onClose}
      onSubmit={() => void remove()}
      actions={
        <>
          <Button onClick={onClose}>{words().shell.cancel}</Button>
          <Button type="submit" kind="danger primary" isDisabled={typed !== bucket || isBusy}>
            {text.deleteOne(bucket)}
          </Button>
        </>
      }
    >
      <p>{text.deleteBucketWarning}</p>
      <TextField label={text.typeToConfirm(bucket)} isMono hasFocus value={typed} onInput={setTyped} />
      {failure !== undefined &&
        (isCode(failure, 'BucketNotEmpty') ? <Note kind="danger">{text.bucketNotEmpty}</Note> : <Failure error={failure} />)}
    </Dialog>
  );
}
