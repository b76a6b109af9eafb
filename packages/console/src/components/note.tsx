/** Sentences that stand in the page: something to know, or what went wrong. */
import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

const ICONS: Readonly<Record<NoteKind, IconName>> = { info: 'info', good: 'check', warn: 'danger', danger: 'danger' };

type NoteKind = 'info' | 'good' | 'warn' | 'danger';

/** `danger` is read out at once. */
export function Note({ kind = 'info', children }: { readonly kind?: NoteKind; readonly children: ComponentChildren }) {
  return (
    <div class={`note ${kind}`} role={kind === 'danger' ? 'alert' : undefined}>
      <Icon name={ICONS[kind]} />
      <div>{children}</div>
    </div>
  );
}

/** Where there is nothing yet: what belongs here, and the way to it. */
export function Empty({
  icon,
  title,
  children,
  action,
}: {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly action?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children !== undefined && <p class="prose">{children}</p>}
      {action}
    </div>
  );
}

/** A state in a word and a shape, never by colour alone. */
export function Badge({
  kind = 'plain',
  children,
}: {
  readonly kind?: 'plain' | 'good' | 'warn' | 'danger';
  readonly children: ComponentChildren;
}) {
  return <span class={`badge ${kind}`}>{children}</span>;
}
