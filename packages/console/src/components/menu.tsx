/** A menu on the native popover: closes by itself, lies above everything, and is walked with the arrow keys. */
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ButtonProps } from './button.tsx';
import { Button } from './button.tsx';
import { Icon, type IconName } from './icon.tsx';

export type MenuItem =
  | {
      readonly label: string;
      readonly icon?: IconName | undefined;
      readonly onSelect?: (() => void) | undefined;
      readonly href?: string | undefined;
      readonly isDangerous?: boolean | undefined;
      readonly isDisabled?: boolean | undefined;
      /** One of several that exclude each other: whether it is the one. */
      readonly isChosen?: boolean | undefined;
      /** The key that does the same. */
      readonly shortcut?: string | undefined;
    }
  | 'line';

export type MenuProps = Pick<ButtonProps, 'icon' | 'kind' | 'label' | 'children' | 'class'> & {
  readonly items: readonly MenuItem[];
  /** Above the items: whose menu it is. */
  readonly caption?: ComponentChildren;
  /** The grid around it has the keys: the button is none of the stops of Tab. */
  readonly isInGrid?: boolean | undefined;
};

/** A button and its menu. */
export function Menu({ items, caption, isInGrid = false, ...button }: MenuProps) {
  const id = useId();
  const opener = useRef<HTMLButtonElement>(null);
  const popover = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const close = () => popover.current?.hidePopover();
  useLayoutEffect(() => {
    if (!isOpen) return;
    place(popover.current, opener.current);
    itemsIn(popover.current)[0]?.focus();
  }, [isOpen]);
  return (
    <>
      <Button {...button} isSkipped={isInGrid} elementRef={opener} hasPopup="menu" isExpanded={isOpen} popoverId={id} />
      <div
        ref={popover}
        id={id}
        class="menu"
        popover="auto"
        role="menu"
        tabIndex={-1}
        aria-label={button.label}
        onToggle={(event) => setOpen(event.newState === 'open')}
        onKeyDown={(event) => walk(event, popover.current, close)}
      >
        {caption !== undefined && <div class="caption">{caption}</div>}
        {isOpen &&
          items.map((item, index) => <Item key={item === 'line' ? index : item.label} item={item} onDone={close} opener={opener} />)}
      </div>
    </>
  );
}

function Item({
  item,
  onDone,
  opener,
}: {
  readonly item: MenuItem;
  readonly onDone: () => void;
  readonly opener: { readonly current: HTMLElement | null };
}) {
  if (item === 'line') return <hr />;
  const icon = item.isChosen === true ? 'check' : item.icon;
  const inside = (
    <>
      {icon !== undefined && <Icon name={icon} />}
      <span>{item.label}</span>
      {item.shortcut !== undefined && <kbd>{item.shortcut}</kbd>}
    </>
  );
  const shared = {
    role: item.isChosen === undefined ? 'menuitem' : 'menuitemradio',
    'aria-checked': item.isChosen,
    tabIndex: -1,
    class: item.isDangerous === true ? 'item danger' : 'item',
  } as const;
  if (item.href !== undefined) {
    return (
      <a {...shared} href={item.href} onClick={onDone}>
        {inside}
      </a>
    );
  }
  return (
    <button
      {...shared}
      type="button"
      aria-disabled={item.isDisabled || undefined}
      onClick={() => {
        if (item.isDisabled === true) return;
        onDone();
        // A dialog that opens next gives the focus back to where it is now.
        opener.current?.focus();
        item.onSelect?.();
      }}
    >
      {inside}
    </button>
  );
}

/** Beneath its button, or above where there is no room; never over the edge. */
function place(menu: HTMLElement | null, opener: HTMLElement | null): void {
  if (menu === null || opener === null) return;
  const at = opener.getBoundingClientRect();
  const isMirrored = getComputedStyle(opener).direction === 'rtl';
  const startsLeft = (at.left + at.right) / 2 < innerWidth / 2 || isMirrored;
  const left = startsLeft ? at.left : at.right - menu.offsetWidth;
  const fitsBelow = at.bottom + 4 + menu.offsetHeight <= innerHeight - 8;
  menu.style.left = `${Math.max(8, Math.min(left, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${fitsBelow ? at.bottom + 4 : Math.max(8, at.top - 4 - menu.offsetHeight)}px`;
}

function walk(event: KeyboardEvent, menu: HTMLElement | null, close: () => void): void {
  const all = itemsIn(menu);
  const at = all.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (event.key === 'Tab') close();
  if (to === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  all.at(to % all.length)?.focus();
}

function itemsIn(menu: HTMLElement | null): HTMLElement[] {
  return [...(menu?.querySelectorAll<HTMLElement>('.item') ?? [])];
}
