/** May this user do this? With the statement that decides. */
import { useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Failure } from '../components/failure.tsx';
import { CheckField, SelectField, TextField } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { Loaded, useLoaded } from '../components/loaded.tsx';
import type { PageProps } from '../pages.ts';
import { everyHolder, type Holder } from '../people/iam.ts';
import { listIn } from '../share/draft.ts';
import { words } from '../words/words.ts';
import { PoliciesTabs } from './policies-tabs.tsx';
import { type Decision, resourceArn, simulate } from './simulate.ts';

export function CheckPage({ query }: PageProps) {
  const text = words().policies;
  const [holders, reload] = useLoaded(
    async (signal) => (await Promise.all((['User', 'Role', 'Group'] as const).map((kind) => everyHolder(kind, signal)))).flat(),
    [],
  );
  return (
    <div class="page">
      <div class="page-head">
        <h1>{text.checkTitle}</h1>
      </div>
      <PoliciesTabs />
      <p class="quiet prose">{text.checkHint}</p>
      <Loaded of={holders} onRetry={reload}>
        {(found) => <Asking holders={found} query={query} />}
      </Loaded>
    </div>
  );
}

const ACTIONS = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:ListBucket', 'latchkey:CreateLink', 'latchkey:ReadAudit'];

type Answer =
  | { readonly state: 'none' }
  | { readonly state: 'busy' }
  | { readonly state: 'failed'; readonly error: unknown }
  | { readonly state: 'decided'; readonly decisions: readonly Decision[] };

function Asking({ holders, query }: { readonly holders: readonly Holder[]; readonly query: PageProps['query'] }) {
  const text = words().policies;
  const [who, setWho] = useState(query.who ?? holders[0]?.arn ?? '');
  const [actions, setActions] = useState(query.action ?? 's3:GetObject');
  const [resources, setResources] = useState(query.resource ?? '');
  const [address, setAddress] = useState('');
  const [withBuckets, setWithBuckets] = useState(true);
  const [answer, setAnswer] = useState<Answer>({ state: 'none' });
  const ask = async () => {
    setAnswer({ state: 'busy' });
    try {
      const decisions = await simulate({
        who,
        actions: listIn(actions) ?? [],
        resources: (listIn(resources) ?? ['*']).map(resourceArn),
        address: address.trim() === '' ? undefined : address.trim(),
        withBucketPolicies: withBuckets,
      });
      setAnswer({ state: 'decided', decisions });
    } catch (error) {
      setAnswer({ state: 'failed', error });
    }
  };
  if (holders.length === 0) return <p class="quiet">{words().people.noUsersHint}</p>;
  return (
    <>
      <form
        class="stack narrow"
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        <div class="fields">
          <SelectField
            label={text.who}
            value={who}
            choices={holders.map(({ arn, name, kind }) => ({ value: arn, label: `${name} (${text[kind.toLowerCase() as 'user']})` }))}
            onChange={setWho}
          />
          <TextField label={text.resource} hint={text.resourceHint} isMono value={resources} onInput={setResources} />
          <div class="stack tight">
            <TextField label={text.action} hint={text.actionHint} isMono value={actions} onInput={setActions} />
            <div class="row wrap">
              {ACTIONS.map((action) => (
                <Button key={action} kind="quiet" class="inline-action mono" onClick={() => setActions(action)}>
                  {action}
                </Button>
              ))}
            </div>
          </div>
          <TextField label={text.fromAddress} hint={text.fromAddressHint} isMono value={address} onInput={setAddress} />
        </div>
        <CheckField label={text.withBuckets} isChecked={withBuckets} onChange={setWithBuckets} />
        <div class="row">
          <Button type="submit" kind="primary" isDisabled={answer.state === 'busy'}>
            {text.ask}
          </Button>
        </div>
      </form>
      <div class="stack" aria-live="polite">
        {answer.state === 'failed' && <Failure error={answer.error} />}
        {answer.state === 'decided' &&
          answer.decisions.map((decision) => <Verdict key={decision.action + decision.resource} decision={decision} />)}
      </div>
    </>
  );
}

function Verdict({ decision: { action, resource, verdict, explanation, statement, missing } }: { readonly decision: Decision }) {
  const text = words().policies;
  const by = statement && (statement.sid === undefined ? text.statementNumber(statement.number) : text.statementSid(statement.sid));
  return (
    <div class={`verdict ${verdict === 'allowed' ? 'good' : 'danger'}`}>
      <h2 class="row">
        <Icon name={verdict === 'allowed' ? 'check' : 'close'} />
        {text[verdict]}
      </h2>
      <p class="mono">
        {action} · {resource}
      </p>
      {statement !== undefined && by !== undefined && <p>{text.decidedBy(by, statement.policy)}</p>}
      <p class="quiet small">{explanation}</p>
      {missing.length > 0 && <p class="quiet small">{text.missing(missing.join(', '))}</p>}
    </div>
  );
}
