/** The whole page takes files. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../components/icon.tsx';
import { droppedFiles, type FoundFile } from '../upload/dropped-files.ts';
import { words } from '../words/words.ts';

export function DropArea({
  onFiles,
  place,
  children,
}: {
  readonly onFiles: (files: readonly FoundFile[]) => void;
  readonly place: string;
  readonly children: ComponentChildren;
}) {
  const [isOver, setOver] = useState(false);
  const latest = useRef(onFiles);
  latest.current = onFiles;
  useEffect(() => {
    const gone = new AbortController();
    const { signal } = gone;
    let depth = 0;
    const on = (name: 'dragenter' | 'dragover' | 'dragleave' | 'drop', handle: (event: DragEvent) => void) =>
      addEventListener(
        name,
        (event) => {
          if (!event.dataTransfer?.types.includes('Files') || document.querySelector('dialog[open]') !== null) return;
          event.preventDefault();
          handle(event);
        },
        { signal },
      );
    on('dragenter', () => {
      depth++;
      setOver(true);
    });
    on('dragover', (event) => {
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
    });
    on('dragleave', () => {
      depth = Math.max(0, depth - 1);
      setOver(depth > 0);
    });
    on('drop', (event) => {
      depth = 0;
      setOver(false);
      if (event.dataTransfer) void droppedFiles(event.dataTransfer).then((files) => latest.current(files));
    });
    return () => gone.abort();
  }, []);
  return (
    <>
      {children}
      {isOver && (
        <div class="drop-veil">
          <div>
            <Icon name="upload" />
            {words().upload.dropHere(place)}
          </div>
        </div>
      )}
    </>
  );
}
