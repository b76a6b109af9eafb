import { Tabs } from '../components/tabs.tsx';
import { words } from '../words/words.ts';

export function PeopleTabs() {
  const text = words().people;
  return (
    <Tabs
      label={text.title}
      tabs={[
        ['/people', text.users],
        ['/people/groups', text.groups],
        ['/people/roles', text.roles],
      ]}
    />
  );
}
