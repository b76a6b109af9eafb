/** What is set for one bucket: who comes in, and from which web sites. */
import { useRef, useState } from 'preact/hooks';
import { announce } from '../components/announce.tsx';
import { Failure } from '../components/failure.tsx';
import { CheckField, SelectField } from '../components/field.tsx';
import { Loaded, useLoaded } from '../components/loaded.tsx';
import { Empty, Note } from '../components/note.tsx';
import type { PageProps } from '../pages.ts';
import { go, hrefOf } from '../router.ts';
import { listBuckets } from '../s3/listing.ts';
import { words } from '../words/words.ts';
import { BucketPolicy } from './bucket-policy.tsx';
import { BLOCKS, isPublic, type PublicAccessBlock, publicAccessBlock, putPublicAccessBlock } from './bucket-settings.ts';
import { CorsRules } from './cors-rules.tsx';
import { SettingsTabs } from './settings-tabs.tsx';

export function BucketSettingsPage({ query }: PageProps) {
  const text = words().settings;
  const [buckets, reload] = useLoaded((signal) => listBuckets(signal), []);
  return (
    <div class="page">
      <div class="page-head">
        <h1>{text.buckets}</h1>
      </div>
      <SettingsTabs />
      <Loaded of={buckets} onRetry={reload}>
        {(found) => {
          const bucket = query.bucket ?? found[0]?.name;
          if (bucket === undefined) return <Empty icon="bucket" title={text.noBuckets} />;
          return (
            <>
              <div class="toolbar">
                <SelectField
                  label={text.bucket}
                  value={bucket}
                  choices={[...new Set([...found.map(({ name }) => name), bucket])].map((name) => ({ value: name, label: name }))}
                  onChange={(chosen) => go('/settings/buckets', { bucket: chosen })}
                />
                <a class="button" href={hrefOf('/settings', { bucket })}>
                  {text.guardrails}
                </a>
              </div>
              <OneBucket key={bucket} bucket={bucket} />
            </>
          );
        }}
      </Loaded>
    </div>
  );
}

function OneBucket({ bucket }: { readonly bucket: string }) {
  const [turn, setTurn] = useState(0);
  return (
    <>
      <PublicAccess bucket={bucket} turn={turn} />
      <BucketPolicy bucket={bucket} onChange={() => setTurn(turn + 1)} />
      <CorsRules bucket={bucket} />
    </>
  );
}

type Access = { readonly block: PublicAccessBlock; readonly isPublic: boolean };

/** `turn` changes with the bucket's policy, which may make it public. */
function PublicAccess({ bucket, turn }: { readonly bucket: string; readonly turn: number }) {
  const text = words().settings;
  const [access, reload] = useLoaded<Access>(
    async (signal) => {
      const [block, open] = await Promise.all([publicAccessBlock(bucket, signal), isPublic(bucket, signal)]);
      return { block, isPublic: open };
    },
    [bucket, turn],
  );
  const [error, setError] = useState<unknown>();
  const labels = {
    BlockPublicAcls: text.blockAcls,
    IgnorePublicAcls: text.ignoreAcls,
    BlockPublicPolicy: text.blockPolicy,
    RestrictPublicBuckets: text.restrict,
  };
  // What was chosen last, while it is on its way: the next choice is made on top of it, and sent after it.
  const [wanted, setWanted] = useState<PublicAccessBlock>();
  const sending = useRef<Promise<unknown>>(Promise.resolve());
  const set = (block: PublicAccessBlock) => {
    setError(undefined);
    setWanted(block);
    sending.current = sending.current
      .then(() => putPublicAccessBlock(bucket, block))
      .then(
        () => announce(text.saved),
        (cause: unknown) => {
          setError(cause);
          setWanted(undefined);
        },
      )
      .then(reload);
  };
  return (
    <section class="section">
      <div class="section-head">
        <h2>{text.publicAccess}</h2>
        <span class="quiet">{text.blockHint}</span>
      </div>
      {error !== undefined && <Failure error={error} />}
      <Loaded of={access} onRetry={reload} lines={6}>
        {({ block: stored, isPublic: open }) => (
          <div class="stack tight">
            {open ? <Note kind="warn">{text.isPublic}</Note> : <p class="quiet">{text.isNotPublic}</p>}
            {BLOCKS.map((name) => (
              <CheckField
                key={name}
                label={labels[name]}
                isChecked={(wanted ?? stored)[name]}
                onChange={(isOn) => set({ ...(wanted ?? stored), [name]: isOn })}
              />
            ))}
          </div>
        )}
      </Loaded>
    </section>
  );
}
