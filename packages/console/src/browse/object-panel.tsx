/** What is known of one object, and what can be done with it. */
import { useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { CopyButton } from '../components/copy-field.tsx';
import { Loaded, useLoaded } from '../components/loaded.tsx';
import { Menu, type MenuItem } from '../components/menu.tsx';
import { Note } from '../components/note.tsx';
import { Size, Time } from '../components/value.tsx';
import { Preview } from '../preview/preview.tsx';
import { metadataText } from '../s3/metadata-text.ts';
import { type ObjectFacts, objectFacts, objectTags } from '../s3/objects.ts';
import { words } from '../words/words.ts';
import { baseName, isAddressable, visibleName } from './names.ts';
import { headerLabel, PropertiesDialog } from './properties-dialog.tsx';
import { EDITED_HEADERS } from './properties-draft.ts';
import { TagsDialog } from './tags-dialog.tsx';

export type ObjectPanelProps = {
  readonly bucket: string;
  readonly objectKey: string;
  readonly onClose: () => void;
  readonly onOpen: () => void;
  readonly onDownload: () => void;
  readonly onPreview: () => void;
  readonly onShare: () => void;
  /** What else can be done with it. */
  readonly actions: readonly MenuItem[];
};

export function ObjectPanel({ bucket, objectKey: key, onClose, onOpen, onDownload, onPreview, onShare, actions }: ObjectPanelProps) {
  const text = words().browse;
  const name = visibleName(baseName(key));
  return (
    <aside class="panel" aria-label={text.properties(name)}>
      <header class="panel-head">
        <h2 class="panel-title">{name}</h2>
        <Menu kind="quiet" icon="more" label={words().shell.moreActions(name)} items={actions} />
        <Button kind="quiet" icon="close" label={text.closePanel} onClick={onClose} />
      </header>
      {isAddressable(key) ? (
        <>
          <div class="row wrap panel-actions">
            <Button kind="primary" icon="share" onClick={onShare}>
              {text.share}
            </Button>
            <Button icon="open" onClick={onOpen}>
              {text.open}
            </Button>
            <Button icon="download" onClick={onDownload}>
              {text.download}
            </Button>
          </div>
          <Details key={key} bucket={bucket} objectKey={key} onPreview={onPreview} />
        </>
      ) : (
        <Note kind="warn">{text.unaddressable}</Note>
      )}
    </aside>
  );
}

function Details({
  bucket,
  objectKey: key,
  onPreview,
}: {
  readonly bucket: string;
  readonly objectKey: string;
  readonly onPreview: () => void;
}) {
  const [facts, reload] = useLoaded((signal) => objectFacts({ bucket, key }, signal), [bucket, key]);
  return (
    <Loaded of={facts} onRetry={reload} lines={6}>
      {(known) => (
        <>
          <Preview bucket={bucket} objectKey={key} facts={known} size="small" onEnlarge={onPreview} />
          <Facts bucket={bucket} objectKey={key} facts={known} />
          <Metadata bucket={bucket} objectKey={key} facts={known} onChange={reload} />
          <Tags bucket={bucket} objectKey={key} />
        </>
      )}
    </Loaded>
  );
}

type FactsProps = { readonly bucket: string; readonly objectKey: string; readonly facts: ObjectFacts };

function Facts({ bucket, objectKey: key, facts }: FactsProps) {
  const text = words().browse;
  const address = `s3://${bucket}/${key}`;
  return (
    <section class="panel-part">
      <h3>{text.details}</h3>
      <dl class="panel-facts">
        <dt>{text.size}</dt>
        <dd>
          <Size bytes={facts.sizeBytes} />
        </dd>
        <dt>{text.type}</dt>
        <dd class="mono">{visibleName(facts.contentType)}</dd>
        <dt>{text.modified}</dt>
        <dd>
          <Time at={facts.modifiedAt} />
        </dd>
        <dt>{text.s3Address}</dt>
        <dd class="row">
          <code class="name" title={visibleName(address)}>
            {visibleName(address)}
          </code>
          <CopyButton isIconOnly value={address} label={text.s3Address} />
        </dd>
        <dt>{text.etag}</dt>
        <dd class="row">
          <code class="name">{facts.etag}</code>
        </dd>
        {facts.versionId !== undefined && (
          <>
            <dt>{text.version}</dt>
            <dd class="row">
              <code class="name">{facts.versionId}</code>
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}

/** The headers it is delivered with, its type among the details excepted, and what programs have noted with it. */
function Metadata({ bucket, objectKey, facts, onChange }: FactsProps & { readonly onChange: () => void }) {
  const text = words().browse;
  const [isEdited, setEdited] = useState(false);
  const headers = EDITED_HEADERS.flatMap((name) => {
    const value = name === 'content-type' ? undefined : facts.headers[name];
    return value === undefined ? [] : [[name, headerLabel(name), value] as const];
  });
  const own = Object.entries(facts.metadata).map(([name, value]) => [`meta ${name}`, name, metadataText(value)] as const);
  const rows = [...headers, ...own];
  return (
    <section class="panel-part">
      <div class="spread">
        <h3>{text.metadata}</h3>
        <Button kind="quiet" icon="edit" onClick={() => setEdited(true)}>
          {text.editMetadata}
        </Button>
      </div>
      {rows.length === 0 ? (
        <p class="quiet">{text.noTags}</p>
      ) : (
        <dl class="panel-facts">
          {rows.map(([id, name, value]) => [<dt key={`${id} name`}>{name}</dt>, <dd key={id}>{visibleName(value)}</dd>])}
        </dl>
      )}
      {isEdited && (
        <PropertiesDialog
          bucket={bucket}
          objectKey={objectKey}
          facts={facts}
          onClose={() => setEdited(false)}
          onSaved={() => {
            setEdited(false);
            onChange();
          }}
        />
      )}
    </section>
  );
}

function Tags({ bucket, objectKey: key }: { readonly bucket: string; readonly objectKey: string }) {
  const text = words().browse;
  const [tags, reload] = useLoaded((signal) => objectTags({ bucket, key }, signal), [bucket, key]);
  const [isEdited, setEdited] = useState(false);
  return (
    <section class="panel-part">
      <div class="spread">
        <h3>{text.tags}</h3>
        {tags.state === 'loaded' && (
          <Button kind="quiet" icon="edit" onClick={() => setEdited(true)}>
            {text.editTags}
          </Button>
        )}
      </div>
      <Loaded of={tags} lines={1} onRetry={reload}>
        {(known) => (
          <>
            {known.length === 0 ? (
              <p class="quiet">{text.noTags}</p>
            ) : (
              <ul class="row wrap">
                {known.map(({ name, value }) => (
                  <li key={name} class="tag">
                    {visibleName(name)}
                    {value !== '' && <b> {visibleName(value)}</b>}
                  </li>
                ))}
              </ul>
            )}
            {isEdited && (
              <TagsDialog
                bucket={bucket}
                objectKey={key}
                tags={known}
                onClose={() => setEdited(false)}
                onSaved={() => {
                  setEdited(false);
                  reload();
                }}
              />
            )}
          </>
        )}
      </Loaded>
    </section>
  );
}
