/** A quick look at one object, and at the next. */

import { baseName, visibleName } from '../browse/names.ts';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Loaded, useLoaded } from '../components/loaded.tsx';
import { objectFacts } from '../s3/objects.ts';
import { words } from '../words/words.ts';
import { Preview } from './preview.tsx';

type Props = {
  readonly bucket: string;
  readonly objectKey: string;
  readonly onClose: () => void;
  /** To a neighbour in the list; without one there is none. */
  readonly onPrevious: (() => void) | undefined;
  readonly onNext: (() => void) | undefined;
  readonly onDownload: () => void;
};

export function PreviewDialog({ bucket, objectKey: key, onClose, onPrevious, onNext, onDownload }: Props) {
  const text = words().browse;
  const [facts, reload] = useLoaded((signal) => objectFacts({ bucket, key }, signal), [bucket, key]);
  return (
    <Dialog
      title={visibleName(baseName(key))}
      width="wide"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onPrevious} isDisabled={onPrevious === undefined}>
            {text.previous}
          </Button>
          <Button onClick={onNext} isDisabled={onNext === undefined}>
            {text.next}
          </Button>
          <Button icon="download" onClick={onDownload}>
            {text.download}
          </Button>
        </>
      }
    >
      <Loaded key={key} of={facts} onRetry={reload}>
        {(known) => <Preview bucket={bucket} objectKey={key} facts={known} size="large" />}
      </Loaded>
    </Dialog>
  );
}
