/** The address of the share dialog, for those who know what they want to share: `/share?bucket=…&key=…`, or a prefix instead of the key. */
import { useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { TextField } from '../components/field.tsx';
import type { PageProps } from '../pages.ts';
import { go } from '../router.ts';
import { words } from '../words/words.ts';
import { Share } from './share.tsx';
import type { ShareSubject } from './subject.ts';

export function SharePage({ query }: PageProps) {
  const text = words().links;
  const [bucket, setBucket] = useState(query.bucket ?? '');
  const [key, setKey] = useState(query.key ?? query.prefix ?? '');
  const isUpload = query.action === 'upload';
  const subject = subjectIn(query);
  return (
    <div class="page">
      <div class="page-head">
        <h1>{isUpload ? text.newRequest : text.newLink}</h1>
      </div>
      <form
        class="fields single"
        onSubmit={(event) => {
          event.preventDefault();
          if (bucket.trim() !== '') go('/share', placeOf(bucket.trim(), key, isUpload));
        }}
      >
        <TextField label={text.bucket} isRequired value={bucket} onInput={setBucket} />
        <TextField label={text.keyOrFolder} hint={text.keyOrFolderHint} isMono value={key} onInput={setKey} />
        <div>
          <Button type="submit" kind="primary">
            {text.goOn}
          </Button>
        </div>
      </form>
      {subject !== undefined && (
        <Share
          key={JSON.stringify(subject)}
          of={subject}
          action={isUpload ? 'upload' : 'download'}
          onClose={() => go(isUpload ? '/requests' : '/links')}
        />
      )}
    </div>
  );
}

function subjectIn({ bucket = '', key = '', prefix, all }: Readonly<Record<string, string>>): ShareSubject | undefined {
  if (bucket === '') return undefined;
  if (key !== '') return { bucket, key };
  return prefix === undefined && all === undefined ? undefined : { bucket, keyPrefix: prefix ?? '' };
}

/** A whole bucket is everything in it: an address has no empty prefix. */
function placeOf(bucket: string, key: string, isUpload: boolean) {
  const action = isUpload ? 'upload' : undefined;
  if (key === '') return { bucket, all: 'yes', action };
  return key.endsWith('/') ? { bucket, prefix: key, action } : { bucket, key, action };
}
