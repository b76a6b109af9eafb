/** One managed policy: its document, in versions, and whom it is attached to. */
import { useEffect, useState } from 'preact/hooks';
import { announce } from '../components/announce.tsx';
import { Button } from '../components/button.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { Loaded, useLoaded } from '../components/loaded.tsx';
import { Badge } from '../components/note.tsx';
import { Time } from '../components/value.tsx';
import type { PageProps } from '../pages.ts';
import { holderPath } from '../people/holder-path.ts';
import { go } from '../router.ts';
import { words } from '../words/words.ts';
import {
  type Attachment,
  activateVersion,
  attachmentsOf,
  deletePolicy,
  fetchPolicy,
  type ManagedPolicy,
  type PolicyVersion,
  policyDocument,
  policyVersions,
  saveVersion,
} from './managed.ts';
import { PolicyEditor, type Validity } from './policy-editor.tsx';
import { tidy } from './templates.ts';

type Whole = {
  readonly policy: ManagedPolicy;
  readonly document: string;
  readonly versions: readonly PolicyVersion[];
  readonly attachments: readonly Attachment[];
};

export const PolicyPage = ({ query: { arn = '' } }: PageProps) => <OnePolicy key={arn} arn={arn} />;

function OnePolicy({ arn }: { readonly arn: string }) {
  const [whole, reload] = useLoaded((signal) => fetchWhole(arn, signal), [arn]);
  return (
    <div class="page">
      <Loaded of={whole} onRetry={reload}>
        {(found) => <Shown whole={found} onChange={reload} />}
      </Loaded>
    </div>
  );
}

async function fetchWhole(arn: string, signal: AbortSignal): Promise<Whole> {
  const policy = await fetchPolicy(arn, signal);
  const [document, versions, attachments] = await Promise.all([
    policyDocument(arn, policy.defaultVersion, signal),
    policyVersions(arn, signal),
    attachmentsOf(arn, signal),
  ]);
  return { policy, document, versions, attachments };
}

function Shown({ whole: { policy, document, versions, attachments }, onChange }: { readonly whole: Whole; readonly onChange: () => void }) {
  const text = words().policies;
  const [isDeleting, setDeleting] = useState(false);
  return (
    <>
      <div class="page-head">
        <div class="crumbs">
          <a href="/policies">{text.title}</a>
          <span class="quiet">/</span>
          <h1 class="name">{policy.name}</h1>
        </div>
        <Button kind="danger" onClick={() => setDeleting(true)}>
          {text.delete}
        </Button>
      </div>
      <dl class="facts">
        {policy.description !== undefined && (
          <>
            <dt>{text.description}</dt>
            <dd>{policy.description}</dd>
          </>
        )}
        <dt>{words().people.arn}</dt>
        <dd class="mono">{policy.arn}</dd>
        <dt>{text.attachedTo}</dt>
        <dd>
          {attachments.length === 0
            ? text.noneAttached
            : attachments.map(({ kind, name }, index) => (
                <span key={kind + name}>
                  {index > 0 && ', '}
                  <a href={holderPath(kind, name)}>{name}</a>
                </span>
              ))}
        </dd>
      </dl>
      <Editing arn={policy.arn} document={document} onChange={onChange} />
      <Versions arn={policy.arn} versions={versions} onChange={onChange} />
      {isDeleting && (
        <ConfirmDialog
          title={text.deleteTitle(policy.name)}
          action={text.deleteName(policy.name)}
          isDangerous
          onClose={() => setDeleting(false)}
          onConfirm={async () => {
            await deletePolicy(policy.arn);
            announce(words().people.deleted(policy.name));
            go('/policies');
          }}
        >
          <p>{text.deleteHint}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

function Editing({ arn, document, onChange }: { readonly arn: string; readonly document: string; readonly onChange: () => void }) {
  const text = words().policies;
  const [value, setValue] = useState(tidy(document));
  const [validity, setValidity] = useState<Validity>({ state: 'checking' });
  const [error, setError] = useState<unknown>();
  useEffect(() => setValue(tidy(document)), [document]);
  const isChanged = value !== tidy(document);
  const save = async () => {
    setError(undefined);
    try {
      await saveVersion(arn, value);
      announce(text.saved);
      onChange();
    } catch (cause) {
      setError(cause);
    }
  };
  return (
    <section class="section">
      <PolicyEditor
        label={text.document}
        place="managed"
        value={value}
        onInput={setValue}
        validity={validity}
        onValidity={setValidity}
        hasTemplates={false}
      />
      {error !== undefined && <Failure error={error} />}
      <div class="row">
        <Button kind="primary" isDisabled={!isChanged || validity.state !== 'valid'} onClick={() => void save()}>
          {text.save}
        </Button>
      </div>
    </section>
  );
}

function Versions({
  arn,
  versions,
  onChange,
}: {
  readonly arn: string;
  readonly versions: readonly PolicyVersion[];
  readonly onChange: () => void;
}) {
  const text = words().policies;
  const [shown, setShown] = useState<{ readonly id: string; readonly document: string }>();
  const [error, setError] = useState<unknown>();
  const show = (id: string) => policyDocument(arn, id).then((document) => setShown({ id, document }), setError);
  const activate = (id: string) =>
    activateVersion(arn, id).then(() => {
      announce(text.used);
      onChange();
    }, setError);
  return (
    <section class="section">
      <div class="section-head">
        <h2>{text.versions}</h2>
        <span class="quiet">{text.fiveVersions}</span>
      </div>
      {error !== undefined && <Failure error={error} />}
      <div class="table-room">
        <table class="table">
          <thead>
            <tr>
              <th>{text.version}</th>
              <th>{words().people.created}</th>
              <th class="fit">
                <span class="visually-hidden">{words().links.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {versions.map(({ id, isDefault, createdAt }) => (
              <tr key={id}>
                <td>
                  <span class="row">
                    {id} {isDefault && <Badge kind="good">{text.inUse}</Badge>}
                  </span>
                </td>
                <td>
                  <Time at={Date.parse(createdAt)} />
                </td>
                <td class="fit">
                  <span class="row">
                    <Button kind="quiet" onClick={() => void show(id)}>
                      {text.show}
                    </Button>
                    {!isDefault && (
                      <Button kind="quiet" onClick={() => void activate(id)}>
                        {text.use}
                      </Button>
                    )}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown !== undefined && (
        <>
          <h3>
            {text.version} {shown.id}
          </h3>
          <pre class="document">{tidy(shown.document)}</pre>
        </>
      )}
    </section>
  );
}
