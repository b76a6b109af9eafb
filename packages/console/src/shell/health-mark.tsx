/** In the head of every screen, for whoever may know how the server is: that all is well, or what needs a person. It leads to the page about it. */
import { useEffect } from 'preact/hooks';
import { announce } from '../components/announce.tsx';
import { Badge } from '../components/note.tsx';
import type { Trouble } from '../settings/troubles.ts';
import { health, watchHealth } from '../settings/watch-health.ts';
import { words } from '../words/words.ts';

export function HealthMark() {
  const text = words().shell;
  const { value } = health;
  useEffect(watchHealth, []);
  const troubles = value.state === 'known' ? value.troubles : [];
  const [first, ...others] = troubles;
  const all = troubles.map((trouble) => troubleText(trouble)).join(', ');
  useEffect(() => {
    if (all !== '') announce(text.needsYou(all));
  }, [all]);
  if (value.state === 'unknown') return null;
  return (
    <a
      class={first === undefined ? 'health wide-only' : 'health'}
      href="/settings/health"
      title={first === undefined ? undefined : text.needsYou(all)}
    >
      <Badge kind={first === undefined ? 'good' : 'danger'}>
        <span class="name">{first === undefined ? text.healthy : troubleText(first)}</span>
        {others.length > 0 && ` +${others.length}`}
        {others.map((trouble) => (
          <span key={trouble} class="visually-hidden">
            , {troubleText(trouble)}
          </span>
        ))}
      </Badge>
    </a>
  );
}

function troubleText(trouble: Trouble): string {
  const text = words().shell;
  return {
    away: text.troubleAway,
    objects: text.troubleObjects,
    records: text.troubleRecords,
    trail: text.troubleTrail,
    disk: text.troubleDisk,
    address: text.troubleAddress,
    proxy: text.troubleProxy,
    webhooks: text.troubleWebhooks,
  }[trouble];
}
