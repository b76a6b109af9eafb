/**
 * The screens: which address each has, and the file that draws it, fetched when somebody first goes there.
 *
 * To add one: a component in a folder of its own that takes `PageProps`, its words in `words/en/` and `words/de/`, and a row here.
 */
import type { FunctionComponent } from 'preact';
import type { IconName } from './components/icon.tsx';
import type { Words } from './words/words.ts';

export type PageProps = {
  /** The parts of the path that the row names. */
  readonly parts: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
};

export type PageRow = {
  readonly path: string;
  readonly load: () => Promise<FunctionComponent<PageProps>>;
  /** Without one it is reached from another screen. */
  readonly navigation?: { readonly words: keyof Words['shell']; readonly icon: IconName; readonly group: 'store' | 'account' };
};

export const PAGES: readonly PageRow[] = [
  {
    path: '/buckets',
    load: async () => (await import('./browse/buckets-page.tsx')).BucketsPage,
    navigation: { words: 'buckets', icon: 'bucket', group: 'store' },
  },
  { path: '/buckets/:bucket', load: async () => (await import('./browse/bucket-page.tsx')).BucketPage },
  {
    path: '/links',
    load: async () => (await import('./links/links-page.tsx')).LinksPage,
    navigation: { words: 'links', icon: 'link', group: 'store' },
  },
  { path: '/links/rules', load: async () => (await import('./links/rules-page.tsx')).RulesPage },
  { path: '/links/:id', load: async () => (await import('./links/link-page.tsx')).LinkPage },
  {
    path: '/requests',
    load: async () => (await import('./requests/requests-page.tsx')).RequestsPage,
    navigation: { words: 'requests', icon: 'request', group: 'store' },
  },
  { path: '/requests/:id', load: async () => (await import('./requests/request-page.tsx')).RequestPage },
  { path: '/share', load: async () => (await import('./share/share-page.tsx')).SharePage },
  {
    path: '/audit',
    load: async () => (await import('./audit/audit-page.tsx')).AuditPage,
    navigation: { words: 'audit', icon: 'list', group: 'store' },
  },
  {
    path: '/people',
    load: async () => (await import('./people/holders-page.tsx')).UsersPage,
    navigation: { words: 'people', icon: 'people', group: 'account' },
  },
  { path: '/people/groups', load: async () => (await import('./people/holders-page.tsx')).GroupsPage },
  { path: '/people/roles', load: async () => (await import('./people/holders-page.tsx')).RolesPage },
  { path: '/people/user', load: async () => (await import('./people/holder-page.tsx')).UserPage },
  { path: '/people/group', load: async () => (await import('./people/holder-page.tsx')).GroupPage },
  { path: '/people/role', load: async () => (await import('./people/holder-page.tsx')).RolePage },
  {
    path: '/policies',
    load: async () => (await import('./policies/policies-page.tsx')).PoliciesPage,
    navigation: { words: 'policies', icon: 'policy', group: 'account' },
  },
  { path: '/policies/check', load: async () => (await import('./policies/check-page.tsx')).CheckPage },
  { path: '/policies/new', load: async () => (await import('./policies/new-policy-page.tsx')).NewPolicyPage },
  { path: '/policies/policy', load: async () => (await import('./policies/policy-page.tsx')).PolicyPage },
  {
    path: '/settings',
    load: async () => (await import('./settings/guardrails-page.tsx')).GuardrailsPage,
    navigation: { words: 'settings', icon: 'settings', group: 'account' },
  },
  { path: '/settings/buckets', load: async () => (await import('./settings/bucket-settings-page.tsx')).BucketSettingsPage },
  { path: '/settings/webhooks', load: async () => (await import('./settings/webhooks-page.tsx')).WebhooksPage },
  { path: '/settings/health', load: async () => (await import('./settings/health-page.tsx')).HealthPage },
  { path: '/sessions', load: async () => (await import('./session/sessions-page.tsx')).SessionsPage },
];
