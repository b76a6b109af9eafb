/** All buckets that the person may see; on an empty installation, the way to the first shared file. */
import { useState } from 'preact/hooks';
import { isCode } from '../api/refusal.ts';
import { Button } from '../components/button.tsx';
import { TextField } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { Loaded, useLoaded } from '../components/loaded.tsx';
import { Menu } from '../components/menu.tsx';
import { Empty } from '../components/note.tsx';
import { Time } from '../components/value.tsx';
import { go, hrefOf } from '../router.ts';
import { type BucketRow, listBuckets } from '../s3/listing.ts';
import { words } from '../words/words.ts';
import { CreateBucketDialog } from './create-bucket-dialog.tsx';
import { DeleteBucketDialog } from './delete-bucket-dialog.tsx';
import { FirstBucket } from './tour.tsx';
import { tourStep } from './tour-state.ts';

type Shown = { readonly dialog: 'none' } | { readonly dialog: 'create' } | { readonly dialog: 'delete'; readonly bucket: string };

export function BucketsPage() {
  const text = words().browse;
  const [buckets, reload] = useLoaded((signal) => listBuckets(signal), []);
  const [shown, setShown] = useState<Shown>({ dialog: 'none' });
  const close = () => setShown({ dialog: 'none' });
  const isFirst = tourStep.value !== 'over' && buckets.state === 'loaded' && buckets.value.length === 0;
  return (
    <div class="page">
      <div class="page-head">
        <h1>{words().shell.buckets}</h1>
        {!isFirst && (
          <Button kind="primary" icon="plus" onClick={() => setShown({ dialog: 'create' })}>
            {text.createBucket}
          </Button>
        )}
      </div>
      {buckets.state === 'failed' && isCode(buckets.error, 'AccessDenied') && <BucketByName />}
      <Loaded of={buckets} onRetry={reload}>
        {(rows) =>
          isFirst ? (
            <FirstBucket />
          ) : rows.length === 0 ? (
            <Empty icon="bucket" title={text.noBuckets} />
          ) : (
            <BucketTable rows={rows} onDelete={(bucket) => setShown({ dialog: 'delete', bucket })} />
          )
        }
      </Loaded>
      {shown.dialog === 'create' && <CreateBucketDialog onClose={close} onCreated={(name) => go(`/buckets/${name}`)} />}
      {shown.dialog === 'delete' && (
        <DeleteBucketDialog
          bucket={shown.bucket}
          onClose={close}
          onDeleted={() => {
            close();
            reload();
          }}
        />
      )}
    </div>
  );
}

/** For who may not list them, but use some. */
function BucketByName() {
  const text = words().browse;
  const [name, setName] = useState('');
  return (
    <form
      class="tour-bucket by-name"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '') go(`/buckets/${name.trim()}`);
      }}
    >
      <TextField label={text.openByName} isMono value={name} onInput={setName} />
      <Button type="submit" kind="primary">
        {text.open}
      </Button>
    </form>
  );
}

function BucketTable({ rows, onDelete }: { readonly rows: readonly BucketRow[]; readonly onDelete: (bucket: string) => void }) {
  const text = words().browse;
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">{text.bucketName}</th>
          <th scope="col" class="fit">
            {text.created}
          </th>
          <th scope="col" class="fit">
            <span class="visually-hidden">{words().shell.more}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, createdAt }) => (
          <tr key={name}>
            <td>
              <a class="cell-link row" href={hrefOf(`/buckets/${name}`)}>
                <Icon name="bucket" />
                <span class="name">{name}</span>
              </a>
            </td>
            <td class="fit">
              <Time at={createdAt} />
            </td>
            <td class="fit">
              <Menu
                kind="quiet"
                icon="more"
                label={words().shell.moreActions(name)}
                items={[
                  { label: text.open, icon: 'folder', href: hrefOf(`/buckets/${name}`) },
                  'line',
                  { label: text.deleteBucket, icon: 'trash', isDangerous: true, onSelect: () => onDelete(name) },
                ]}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
