import { Tabs } from '../components/tabs.tsx';
import { words } from '../words/words.ts';

export function PoliciesTabs() {
  const text = words().policies;
  return (
    <Tabs
      label={text.title}
      tabs={[
        ['/policies', text.title],
        ['/policies/check', text.check],
      ]}
    />
  );
}
