/** A page as somebody has it who uses no mouse: where Tab goes, whether that is seen, and the way to what is wanted. */
import type { Page } from 'playwright-core';

/** Nobody presses Tab more often for one page. */
const MOST_STOPS = 400;

export type Stop = {
  /** As it is read out. */
  readonly name: string;
  /** Whether it looks otherwise than without the focus. */
  readonly hasRing: boolean;
  /** Whether some of it is in the window, and under nothing else. */
  readonly isInSight: boolean;
  /** Whether it stands behind the stop before in the document. */
  readonly isBehindLast: boolean;
};

export type Walk = {
  readonly stops: readonly Stop[];
  /** Controls that Tab has not come to. */
  readonly missed: readonly string[];
  /** The stop that Tab did not leave. */
  readonly trap: string | undefined;
};

/** Presses Tab until it has been round: through the page, or through the dialog that is open, and past the browser's own controls. */
export async function walk(page: Page): Promise<Walk> {
  await page.evaluate(install);
  await page.evaluate(prepare);
  const stops: Stop[] = [];
  let leftPage = 0;
  for (let count = 0; count < MOST_STOPS && leftPage < 2; count++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(look);
    if (stop === 'same') return { stops, missed: await page.evaluate(missed), trap: stops.at(-1)?.name };
    if (stop === 'known') return { stops, missed: await page.evaluate(missed), trap: undefined };
    if (stop === 'outside') leftPage++;
    // A time has a stop for each of its parts.
    else if (stop !== 'inner') stops.push(stop);
  }
  return { stops, missed: [], trap: stops.at(-1)?.name };
}

/** Presses Tab, or Shift and Tab, until what is called so has the focus. Throws where it never has, with what had. */
export async function tabTo(
  page: Page,
  name: string | RegExp,
  { key = 'Tab' }: { readonly key?: 'Tab' | 'Shift+Tab' } = {},
): Promise<void> {
  const seen: string[] = [];
  for (let count = 0; count < MOST_STOPS; count++) {
    await page.keyboard.press(key);
    const has = await focusedName(page);
    if (typeof name === 'string' ? has === name : name.test(has)) return;
    if (has !== '' && seen.filter((other) => other === has).length > 12) break;
    seen.push(has);
  }
  throw new Error(`Tab does not come to ${name}, but to: ${[...new Set(seen)].join(' | ')}`);
}

/** Goes there and presses Return. */
export async function activate(page: Page, name: string | RegExp): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press('Enter');
}

/** What has the focus, as it is read out; nothing where nothing has. */
export async function focusedName(page: Page): Promise<string> {
  await page.evaluate(install);
  return page.evaluate(() => globalThis.keyboardWalk.nameOf(document.activeElement));
}

declare global {
  var keyboardWalk: {
    readonly seen: Set<Element>;
    last: Element | undefined;
    nameOf(element: Element | null): string;
  };
}

/** In the page: how things are called. */
function install(): void {
  globalThis.keyboardWalk ??= {
    seen: new Set(),
    last: undefined,
    nameOf(element) {
      if (element === null || element === document.body || !(element instanceof HTMLElement)) return '';
      const ids = element.getAttribute('aria-labelledby')?.split(' ') ?? [];
      const labelled = ids.map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
      const labels = 'labels' in element ? [...((element.labels as NodeListOf<HTMLLabelElement> | null) ?? [])] : [];
      const label = labels.map((one) => one.textContent ?? '').join(' ');
      const own = element instanceof HTMLSelectElement || element instanceof HTMLTextAreaElement ? '' : (element.textContent ?? '');
      const name = element.getAttribute('aria-label') ?? (labelled || label || own || element.title);
      return name.replace(/\s+/g, ' ').trim();
    },
  };
}

/** In the page: nothing of an earlier walk, and nothing has the focus. */
function prepare(): void {
  globalThis.keyboardWalk.seen.clear();
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

/** In the page, after each Tab. */
function look(): Stop | 'outside' | 'same' | 'inner' | 'known' {
  const state = globalThis.keyboardWalk;
  const element = document.activeElement;
  const { last } = state;
  state.last = element instanceof HTMLElement && element !== document.body ? element : undefined;
  if (!(element instanceof HTMLElement) || element === document.body) return 'outside';
  if (element === last) return element.matches('[type=datetime-local]') ? 'inner' : 'same';
  if (state.seen.has(element)) return 'known';
  const isBehindLast = last === undefined || (last.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  state.seen.add(element);
  const focused = styles(element);
  element.blur();
  const plain = styles(element);
  element.focus({ preventScroll: true });
  return {
    name: state.nameOf(element) || element.outerHTML.slice(0, 120),
    hasRing: focused !== plain,
    isInSight: isInSight(element),
    isBehindLast,
  };

  /** Of the element, of what it frames, and of the label around it. */
  function styles(of: Element): string {
    const around = [of, of.closest('label'), of.parentElement, ...of.children].filter((one) => one !== null);
    return around
      .map((one) => getComputedStyle(one))
      .map(({ outlineStyle, outlineWidth, outlineColor, boxShadow }) => [outlineStyle, outlineWidth, outlineColor, boxShadow].join())
      .join('\n');
  }

  function isInSight(of: Element): boolean {
    const { left, top, width, height } = of.getBoundingClientRect();
    for (const x of [0.5, 0.1, 0.9])
      for (const y of [0.5, 0.1, 0.9]) {
        const found = document.elementFromPoint(left + width * x, top + height * y);
        if (found !== null && (of.contains(found) || found.contains(of) || found.closest('label')?.control === of)) return true;
      }
    return false;
  }
}

/** In the page, at the end. */
function missed(): string[] {
  const { seen, nameOf } = globalThis.keyboardWalk;
  const root = document.querySelector('dialog[open]') ?? document;
  const controls = root.querySelectorAll<HTMLElement>(
    'a[href], button, input, select, textarea, summary, iframe, [controls], [tabindex], [contenteditable]',
  );
  return [...controls]
    .filter((control) => isStop(control) && !seen.has(control))
    .map((control) => nameOf(control) || control.outerHTML.slice(0, 120));

  function isStop(control: HTMLElement): boolean {
    if (control.tabIndex < 0 || control.closest('[inert]') !== null || control.matches(':disabled')) return false;
    if (!control.checkVisibility({ visibilityProperty: true }) || control.getClientRects().length === 0) return false;
    if (!(control instanceof HTMLInputElement) || control.type !== 'radio') return true;
    // Of radio buttons that belong together Tab comes to one; the arrow keys go on from there.
    const group = [...document.querySelectorAll<HTMLInputElement>('input[type=radio]')].filter(({ name }) => name === control.name);
    return control.checked || (!group.some(({ checked }) => checked) && group[0] === control);
  }
}
