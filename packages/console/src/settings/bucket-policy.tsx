/** The policy of a bucket. */
import { useState } from 'preact/hooks';
import { announce } from '../components/announce.tsx';
import { Button } from '../components/button.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { Loaded, useLoaded } from '../components/loaded.tsx';
import { PolicyEditor, type Validity } from '../policies/policy-editor.tsx';
import { templateText, tidy } from '../policies/templates.ts';
import { words } from '../words/words.ts';
import { bucketPolicy, deleteBucketPolicy, putBucketPolicy } from './bucket-settings.ts';

export function BucketPolicy({ bucket, onChange }: { readonly bucket: string; readonly onChange: () => void }) {
  const text = words().settings;
  const [policy, reload] = useLoaded((signal) => bucketPolicy(bucket, signal), [bucket]);
  const [dialog, setDialog] = useState<'none' | 'edit' | 'delete'>('none');
  const document = policy.state === 'loaded' ? policy.value : undefined;
  const changed = () => {
    announce(text.saved);
    reload();
    onChange();
  };
  return (
    <section class="section">
      <div class="section-head">
        <div class="row wrap">
          <h2>{text.bucketPolicy}</h2>
          <span class="quiet">{text.bucketPolicyHint}</span>
        </div>
        <div class="row">
          <Button icon="edit" onClick={() => setDialog('edit')}>
            {document === undefined ? text.writePolicy : text.editPolicy}
          </Button>
          {document !== undefined && (
            <Button kind="danger" onClick={() => setDialog('delete')}>
              {text.deletePolicy}
            </Button>
          )}
        </div>
      </div>
      <Loaded of={policy} onRetry={reload} lines={1}>
        {(found) => (found === undefined ? <p class="quiet">{text.noBucketPolicy}</p> : <pre class="document">{tidy(found)}</pre>)}
      </Loaded>
      {dialog === 'edit' && (
        <Editing bucket={bucket} document={document ?? exampleFor(bucket)} onSaved={changed} onClose={() => setDialog('none')} />
      )}
      {dialog === 'delete' && (
        <ConfirmDialog
          title={text.deletePolicyTitle(bucket)}
          action={text.deletePolicy}
          isDangerous
          onClose={() => setDialog('none')}
          onConfirm={async () => {
            await deleteBucketPolicy(bucket);
            changed();
          }}
        />
      )}
    </section>
  );
}

function Editing({
  bucket,
  document,
  onSaved,
  onClose,
}: {
  readonly bucket: string;
  readonly document: string;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}) {
  const text = words().settings;
  const [value, setValue] = useState(tidy(document));
  const [validity, setValidity] = useState<Validity>({ state: 'checking' });
  return (
    <ConfirmDialog
      title={text.bucketPolicy}
      action={text.save}
      width="wide"
      isReady={validity.state === 'valid'}
      onClose={onClose}
      onConfirm={async () => {
        await putBucketPolicy(bucket, value);
        onSaved();
      }}
    >
      <PolicyEditor
        label={text.bucketPolicy}
        place="bucket"
        hasTemplates={false}
        value={value}
        onInput={setValue}
        validity={validity}
        onValidity={setValidity}
      />
    </ConfirmDialog>
  );
}

/** To begin with: nothing that was signed more than a day ago. */
function exampleFor(bucket: string): string {
  const resource = `arn:aws:s3:::${bucket}/*`;
  const condition = { NumericGreaterThan: { 's3:signatureAge': '86400000' } };
  const statement = { Sid: 'NothingOld', Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: resource, Condition: condition };
  return templateText({ statements: [statement] });
}
