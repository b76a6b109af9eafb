/** The parts of one subject, each a screen with an address of its own. */
import { place } from '../router.ts';

export function Tabs({ label, tabs }: { readonly label: string; readonly tabs: readonly (readonly [href: string, name: string])[] }) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(([href, name]) => (
        <a key={href} href={href} aria-current={place.value.path === href ? 'page' : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}
