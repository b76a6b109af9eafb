import { Tabs } from '../components/tabs.tsx';
import { words } from '../words/words.ts';

export function SettingsTabs() {
  const text = words().settings;
  return (
    <Tabs
      label={text.title}
      tabs={[
        ['/settings', text.guardrails],
        ['/settings/buckets', text.buckets],
        ['/settings/webhooks', text.webhooks],
        ['/settings/health', text.health],
        ['/sessions', text.sessions],
      ]}
    />
  );
}
