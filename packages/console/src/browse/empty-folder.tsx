import { Empty } from '../components/note.tsx';
import type { FoundFile } from '../upload/dropped-files.ts';
import { words } from '../words/words.ts';
import { UploadMenu } from './bucket-tools.tsx';

/** Where a folder has nothing in it, or nothing that begins as the filter does. */
export function EmptyFolder({ filter, onFiles }: { readonly filter: string; readonly onFiles: (files: readonly FoundFile[]) => void }) {
  const text = words().browse;
  if (filter !== '') return <Empty icon="search" title={text.nothingFound(filter)} />;
  return (
    <Empty icon="upload" title={text.emptyFolder} action={<UploadMenu kind="plain" onFiles={onFiles} />}>
      {text.emptyFolderHint}
    </Empty>
  );
}
