/** The first minute: make a bucket, drop a file into it, share it. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Failure } from '../components/failure.tsx';
import { TextField } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { go } from '../router.ts';
import { words } from '../words/words.ts';
import { useBucketCreation } from './create-bucket-dialog.tsx';
import { type TourStep, tourGoesTo, tourHasDone, tourStep } from './tour-state.ts';

/** Instead of a list of no buckets. */
export function FirstBucket() {
  const text = words().browse;
  const [name, setName] = useState('files');
  const creation = useBucketCreation((created) => {
    tourHasDone('bucket');
    go(`/buckets/${created}`);
  });
  useEffect(() => tourGoesTo('bucket'), []);
  return (
    <section class="tour" aria-labelledby="tour-title">
      <h2 id="tour-title">{text.tourTitle}</h2>
      <ol>
        <Step step="bucket">
          <form
            class="tour-bucket"
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              void creation.create(name);
            }}
          >
            <TextField label={text.bucketName} isLabelHidden isMono value={name} onInput={setName} error={creation.problem} />
            <Button type="submit" kind="primary" isDisabled={creation.isBusy}>
              {text.createBucket}
            </Button>
          </form>
          {creation.failure !== undefined && <Failure error={creation.failure} />}
        </Step>
        <Step step="file" />
        <Step step="share" />
      </ol>
      <div>
        <Button kind="quiet" onClick={() => tourGoesTo('over')}>
          {text.tourDone}
        </Button>
      </div>
    </section>
  );
}

/** Above the list, until the first file is shared. */
export function TourStrip() {
  const text = words().browse;
  if (tourStep.value !== 'file' && tourStep.value !== 'share') return null;
  return (
    <section class="tour strip" aria-label={text.tourTitle}>
      <ol>
        <Step step="bucket" />
        <Step step="file" />
        <Step step="share" />
      </ol>
      <Button kind="quiet" icon="close" label={text.tourDone} onClick={() => tourGoesTo('over')} />
    </section>
  );
}

function Step({ step, children }: { readonly step: Exclude<TourStep, 'not-begun' | 'over'>; readonly children?: ComponentChildren }) {
  const text = words().browse;
  const order: readonly TourStep[] = ['bucket', 'file', 'share', 'over'];
  const at = order.indexOf(tourStep.value);
  const own = order.indexOf(step);
  const state = own < at ? 'done' : own === at ? 'now' : 'later';
  const [title, hint] = {
    bucket: [text.tourBucket, text.tourBucketHint],
    file: [text.tourFile, text.tourFileHint],
    share: [text.tourShare, text.tourShareHint],
  }[step];
  return (
    <li class={state} aria-current={state === 'now' ? 'step' : undefined}>
      <span class="tour-mark">{state === 'done' ? <Icon name="check" /> : own + 1}</span>
      <div class="stack tight">
        <div>
          <h3>
            {title}
            {state === 'done' && <span class="visually-hidden"> {text.tourStepDone}</span>}
          </h3>
          <p class="quiet">{hint}</p>
        </div>
        {children}
      </div>
    </li>
  );
}
