/**
 * Sharing, for the screens that list files: draw it while the dialog is to be open. What it takes is fetched when it is first wanted.
 *
 *     {sharing !== undefined && <Share of={sharing} onClose={() => setSharing(undefined)} />}
 *
 * `of` is `{ bucket, key }`, `{ bucket, keys }` or `{ bucket, keyPrefix }`; `action="upload"` begins with what is uploaded: of a folder that is
 * a request for files.
 */
import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { words } from '../words/words.ts';
import type { ShareSubject } from './subject.ts';

export type ShareProps = {
  readonly of: ShareSubject;
  readonly action?: 'download' | 'upload' | undefined;
  readonly onClose: () => void;
  /** Something was made, or revoked: what is shown of links may be old. */
  readonly onChange?: (() => void) | undefined;
};

let fetched: FunctionComponent<ShareProps> | undefined;

export function Share(props: ShareProps) {
  const [isHere, setHere] = useState(fetched !== undefined);
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    if (isHere) return;
    import('./share-dialog.tsx').then((module) => {
      fetched = module.ShareDialog;
      setHere(true);
    }, setError);
  }, [isHere]);
  if (error !== undefined)
    return (
      <Dialog title={words().share.link} onClose={props.onClose}>
        <Failure error={error} />
      </Dialog>
    );
  if (!isHere || fetched === undefined) return null;
  const ShareDialog = fetched;
  return <ShareDialog {...props} />;
}
