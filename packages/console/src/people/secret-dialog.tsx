/** A new access key, whose secret is seen here and never again. */

import { save } from '../audit/export.ts';
import { Button } from '../components/button.tsx';
import { CopyField } from '../components/copy-field.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Note } from '../components/note.tsx';
import { words } from '../words/words.ts';
import type { NewAccessKey } from './iam.ts';

export function SecretDialog({ made, onClose }: { readonly made: NewAccessKey; readonly onClose: () => void }) {
  const text = words().people;
  const download = () => {
    // As the console of AWS names the columns: programs read it.
    const content = new Blob([`Access key ID,Secret access key\n${made.id},${made.secret}\n`], { type: 'text/csv' });
    save({ name: `${made.userName}_accessKeys.csv`, content });
  };
  return (
    <Dialog
      title={text.secretTitle}
      onClose={onClose}
      onSubmit={onClose}
      actions={
        <>
          <Button icon="download" onClick={download}>
            {text.downloadCsv}
          </Button>
          <Button type="submit" kind="primary">
            {text.doneWithSecret}
          </Button>
        </>
      }
    >
      <Note kind="warn">{text.secretOnce}</Note>
      <div class="field">
        <span class="label">{text.keyId}</span>
        <CopyField label={text.keyId} value={made.id} />
      </div>
      <div class="field">
        <span class="label">{text.secret}</span>
        <CopyField label={text.secret} value={made.secret} />
      </div>
    </Dialog>
  );
}
