/** Buttons, and links that look like them. */
import type { ComponentChildren, Ref } from 'preact';
import { Icon, type IconName } from './icon.tsx';

export type ButtonProps = {
  readonly children?: ComponentChildren;
  readonly icon?: IconName | undefined;
  /** `primary`: the action of the screen, one at most. `danger`: destroys. `quiet`: without an edge. */
  readonly kind?: 'plain' | 'primary' | 'danger' | 'danger primary' | 'quiet' | undefined;
  /** The name of a button that shows its icon only. */
  readonly label?: string | undefined;
  readonly title?: string | undefined;
  readonly type?: 'button' | 'submit' | undefined;
  /** Stays in the tab order, so that the focus is not lost while it works. */
  readonly isDisabled?: boolean | undefined;
  readonly isPressed?: boolean | undefined;
  readonly isExpanded?: boolean | undefined;
  /** Reached by other keys than Tab. */
  readonly isSkipped?: boolean | undefined;
  /** The popover that it opens and closes, by its id. */
  readonly popoverId?: string | undefined;
  readonly hasPopup?: 'menu' | 'dialog' | undefined;
  readonly onClick?: ((event: MouseEvent) => void) | undefined;
  readonly elementRef?: Ref<HTMLButtonElement> | undefined;
  readonly class?: string | undefined;
};

export function Button(props: ButtonProps) {
  const {
    children,
    icon,
    kind = 'plain',
    label,
    title,
    type = 'button',
    isDisabled = false,
    isPressed,
    isExpanded,
    hasPopup,
    onClick,
  } = props;
  return (
    <button
      ref={props.elementRef ?? null}
      type={type}
      class={classOf(kind, children, props.class)}
      aria-label={label}
      tabIndex={props.isSkipped === true ? -1 : undefined}
      title={title ?? (children === undefined ? label : undefined)}
      aria-disabled={isDisabled || undefined}
      aria-pressed={isPressed}
      aria-expanded={isExpanded}
      aria-haspopup={hasPopup}
      popovertarget={props.popoverId}
      onClick={(event) => {
        if (isDisabled) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** `isNewTab` opens what it leads to beside this page. */
export function ButtonLink(
  props: Pick<ButtonProps, 'children' | 'icon' | 'kind' | 'label'> & { readonly href: string; readonly isNewTab?: boolean },
) {
  const { children, icon, kind = 'plain', label, href, isNewTab = false } = props;
  return (
    <a class={classOf(kind, children, undefined)} href={href} aria-label={label} {...(isNewTab && { target: '_blank', rel: 'noreferrer' })}>
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </a>
  );
}

function classOf(kind: string, children: ComponentChildren, more: string | undefined): string {
  return ['button', kind, children === undefined ? 'icon-only' : '', more ?? '']
    .filter((name) => name !== '' && name !== 'plain')
    .join(' ');
}
