/** Managed policies. */
import { ButtonLink } from '../components/button.tsx';
import { Empty } from '../components/note.tsx';
import { PagedEnd, usePaged } from '../components/paged.tsx';
import { Time } from '../components/value.tsx';
import { countText } from '../format.ts';
import { policyPath } from '../people/holder-path.ts';
import { language, words } from '../words/words.ts';
import { listPolicies, type ManagedPolicy } from './managed.ts';
import { PoliciesTabs } from './policies-tabs.tsx';

export function PoliciesPage() {
  const text = words().policies;
  const list = usePaged<ManagedPolicy>((after, signal) => listPolicies(after, signal), []);
  return (
    <div class="page">
      <div class="page-head">
        <h1>{text.title}</h1>
        <ButtonLink href="/policies/new" icon="plus">
          {text.newPolicy}
        </ButtonLink>
      </div>
      <PoliciesTabs />
      {list.items.length > 0 && (
        <div class="table-room">
          <table class="table">
            <thead>
              <tr>
                <th>{words().people.name}</th>
                <th class="wide-only">{text.description}</th>
                <th>{text.attachedTo}</th>
                <th class="ends">{text.updated}</th>
              </tr>
            </thead>
            <tbody>
              {list.items.map(({ name, arn, description, attachments, updatedAt }) => (
                <tr key={arn}>
                  <td>
                    <a class="cell-link name" href={policyPath(arn)}>
                      {name}
                    </a>
                  </td>
                  <td class="wide-only">{description}</td>
                  <td>{text.attachments(countText(attachments, language.value.language.tag))}</td>
                  <td class="ends">
                    <Time at={Date.parse(updatedAt)} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.items.length === 0 && list.state === 'end' && (
        <Empty icon="policy" title={text.none} action={<ButtonLink href="/policies/new">{text.newPolicy}</ButtonLink>}>
          {text.noneHint}
        </Empty>
      )}
      <PagedEnd of={list} />
    </div>
  );
}
