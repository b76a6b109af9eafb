/** A new bucket: its name is checked while it is typed, and at the server. */
import { useState } from 'preact/hooks';
import { isCode } from '../api/refusal.ts';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { TextField } from '../components/field.tsx';
import { bucketExists, createBucket } from '../s3/objects.ts';
import { words } from '../words/words.ts';
import { bucketNameProblem } from './names.ts';

export function CreateBucketDialog({ onClose, onCreated }: { readonly onClose: () => void; readonly onCreated: (name: string) => void }) {
  const text = words().browse;
  const [name, setName] = useState('');
  const creation = useBucketCreation(onCreated);
  return (
    <Dialog
      title={text.createBucket}
      onClose={onClose}
      onSubmit={() => void creation.create(name)}
      actions={
        <>
          <Button onClick={onClose}>{words().shell.cancel}</Button>
          <Button type="submit" kind="primary" isDisabled={creation.isBusy}>
            {text.createBucket}
          </Button>
        </>
      }
    >
      <TextField
        label={text.bucketName}
        hint={text.bucketNameHint}
        isMono
        hasFocus
        value={name}
        onInput={setName}
        error={creation.problem}
      />
      {creation.failure !== undefined && <Failure error={creation.failure} />}
    </Dialog>
  );
}

/** Making one, for the dialog and the first run. */
export function useBucketCreation(onCreated: (name: string) => void) {
  const text = words().browse;
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [failure, setFailure] = useState<unknown>();
  const create = async (name: string) => {
    const wrong = bucketNameProblem(name);
    setProblem(
      wrong && { length: text.bucketLength, characters: text.bucketCharacters, ends: text.bucketEnds, address: text.bucketAddress }[wrong],
    );
    setFailure(undefined);
    if (wrong !== undefined || isBusy) return;
    setBusy(true);
    try {
      if (await bucketExists(name)) {
        setProblem(text.bucketTaken);
        return;
      }
      await createBucket(name);
      onCreated(name);
    } catch (error) {
      if (isCode(error, 'BucketAlreadyExists', 'BucketAlreadyOwnedByYou')) setProblem(text.bucketTaken);
      else setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return { create, isBusy, problem, failure };
}
