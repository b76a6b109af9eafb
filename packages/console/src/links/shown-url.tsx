/** The URL of a link, or the page of a request, shown when somebody asks for it: it is a key, and screens have onlookers. */
import { useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { CopyField } from '../components/copy-field.tsx';
import { Failure } from '../components/failure.tsx';
import { betterPage } from '../share/limits.ts';
import { words } from '../words/words.ts';

export function ShownUrl({ load }: { readonly load: () => Promise<string | undefined> }) {
  const text = words().links;
  const [shown, setShown] = useState<{ readonly url?: string; readonly error?: unknown }>({});
  if (shown.error !== undefined) return <Failure error={shown.error} />;
  if (shown.url !== undefined) return <CopyField label={text.url} value={betterPage(shown.url)} />;
  return (
    <Button
      icon="eye"
      onClick={() =>
        void load().then(
          (url = '') => setShown({ url }),
          (error: unknown) => setShown({ error }),
        )
      }
    >
      {text.showUrl}
    </Button>
  );
}
