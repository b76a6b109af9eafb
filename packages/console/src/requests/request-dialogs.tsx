/** The dialogs about upload requests: close, extend, edit. */
import { useState } from 'preact/hooks';
import { announce } from '../components/announce.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { TextField } from '../components/field.tsx';
import { type Span, SpanField, secondsOf } from '../links/span-field.tsx';
import { words } from '../words/words.ts';
import { changeRequest, closeRequest, requestName, type UploadRequest } from './request.ts';

export type RequestDialog = { readonly kind: 'close' | 'extend' | 'edit'; readonly request: UploadRequest };

type DialogProps = {
  readonly request: UploadRequest;
  readonly onDone: (changed: UploadRequest) => void;
  readonly onClose: () => void;
};

export function RequestDialogs({ dialog, ...props }: Omit<DialogProps, 'request'> & { readonly dialog: RequestDialog }) {
  const { kind, request } = dialog;
  switch (kind) {
    case 'close':
      return <CloseDialog {...props} request={request} />;
    case 'extend':
      return <ExtendDialog {...props} request={request} />;
    case 'edit':
      return <EditDialog {...props} request={request} />;
  }
}

function CloseDialog({ request, onDone, onClose }: DialogProps) {
  const text = words().requests;
  return (
    <ConfirmDialog
      title={text.closeTitle(requestName(request))}
      action={text.close}
      isDangerous
      onClose={onClose}
      onConfirm={async () => {
        onDone(await closeRequest(request.id));
        announce(text.closedNow);
      }}
    >
      <p>{text.closeHint}</p>
    </ConfirmDialog>
  );
}

function ExtendDialog({ request, onDone, onClose }: DialogProps) {
  const text = words().links;
  const [span, setSpan] = useState<Span>({ amount: '7', unit: 'days' });
  const seconds = secondsOf(span);
  return (
    <ConfirmDialog
      title={text.extendTitle(requestName(request))}
      action={text.extend}
      isReady={seconds !== undefined}
      onClose={onClose}
      onConfirm={async () => {
        onDone(await changeRequest(request.id, { expiresIn: seconds }));
        announce(text.extended);
      }}
    >
      <SpanField label={text.extendBy} value={span} onChange={setSpan} />
    </ConfirmDialog>
  );
}

function EditDialog({ request, onDone, onClose }: DialogProps) {
  const text = words();
  const [label, setLabel] = useState(request.label ?? '');
  const [note, setNote] = useState(request.note ?? '');
  const [maxFiles, setMaxFiles] = useState(request.maxFiles === undefined ? '' : String(request.maxFiles));
  const [maxTotal, setMaxTotal] = useState(request.maxTotalBytes === undefined ? '' : String(request.maxTotalBytes / 1_000_000));
  const isCount = maxFiles.trim() === '' || /^[1-9]\d{0,6}$/.test(maxFiles.trim());
  const total = maxTotal.trim() === '' ? null : Math.round(Number(maxTotal.replace(',', '.')) * 1_000_000);
  const isTotal = total === null || total > 0;
  return (
    <ConfirmDialog
      title={text.links.editTitle(requestName(request))}
      action={text.links.save}
      isReady={isCount && isTotal}
      onClose={onClose}
      onConfirm={async () => {
        const limits = { maxFiles: maxFiles.trim() === '' ? null : Number(maxFiles), maxTotalBytes: total };
        onDone(await changeRequest(request.id, { label: label.trim() || null, note: note.trim() || null, ...limits }));
        announce(text.links.saved);
      }}
    >
      <div class="fields">
        <TextField label={text.share.label} hint={text.share.labelHint} value={label} onInput={setLabel} />
        <TextField
          label={text.requests.maxFiles}
          value={maxFiles}
          onInput={setMaxFiles}
          error={isCount ? undefined : text.share.wholeNumber}
        />
        <TextField label={text.requests.maxTotal} value={maxTotal} onInput={setMaxTotal} error={isTotal ? undefined : text.share.aNumber} />
        <div class="whole-row">
          <TextField label={text.share.note} hint={text.share.noteHint} rows={2} value={note} onInput={setNote} />
        </div>
      </div>
    </ConfirmDialog>
  );
}
