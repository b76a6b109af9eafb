import { useRef, useState } from 'preact/hooks';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { CheckField, TextField } from '../components/field.tsx';
import { words } from '../words/words.ts';
import { createWebhook, EVENT_WORDS, EVENTS, type Webhook, type WebhookEvent } from './webhook.ts';

/** A webhook: where to, and what it is told of. */
export function NewWebhookDialog({ onMade, onClose }: { readonly onMade: (made: Webhook) => void; readonly onClose: () => void }) {
  const text = words().settings;
  const [url, setUrl] = useState('');
  const [events, setEvents] = useState<readonly WebhookEvent[]>([
    'link.used',
    'link.exhausted',
    'link.refused',
    'upload-request.fulfilled',
  ]);
  const [bucket, setBucket] = useState('');
  const [label, setLabel] = useState('');
  const [note, setNote] = useState('');
  const made = useRef<Webhook | undefined>(undefined);
  const filled = (value: string) => (value.trim() === '' ? undefined : value.trim());
  return (
    <ConfirmDialog
      title={text.newWebhook}
      action={text.create}
      isReady={/^https?:\/\/\S+$/.test(url.trim()) && events.length > 0}
      onClose={() => {
        onClose();
        // Its secret is shown in the place of this dialog.
        if (made.current !== undefined) onMade(made.current);
      }}
      onConfirm={async () => {
        const wanted = { url: url.trim(), events, bucket: filled(bucket), label: filled(label), note: filled(note) };
        made.current = await createWebhook(wanted);
      }}
    >
      <TextField label={text.url} hint={text.urlHint} isMono isRequired hasFocus value={url} onInput={setUrl} />
      <fieldset class="field plain-fieldset">
        <legend class="label">{text.events}</legend>
        <div class="fields">
          {EVENTS.map((event) => (
            <CheckField
              key={event}
              label={text[EVENT_WORDS[event]]}
              isChecked={events.includes(event)}
              onChange={(isOn) => setEvents(isOn ? [...events, event] : events.filter((other) => other !== event))}
            />
          ))}
        </div>
      </fieldset>
      <div class="fields">
        <TextField label={text.filterBucket} value={bucket} onInput={setBucket} />
        <TextField label={text.filterLabel} value={label} onInput={setLabel} />
        <div class="whole-row">
          <TextField label={text.note} value={note} onInput={setNote} />
        </div>
      </div>
    </ConfirmDialog>
  );
}
