/**
 * A list of any length in an element of bounded height. Browsers draw no element higher than some millions of pixels, and a million rows are
 * more. So the rows' own ("virtual") height is folded into the element's ("physical") one: short scrolls move by the pixel, long ones by
 * proportion, and where the two drift apart the offset between them is changed, together with the scroll position.
 */
export type VirtualScroll = {
  readonly rowHeight: number;
  readonly viewHeight: number;
  readonly rowCount: number;
  /** What the person sees at the top, in virtual pixels. */
  readonly top: number;
  /** Virtual minus physical. */
  readonly offset: number;
};

export const MAX_PHYSICAL = 8_000_000;
const PAGES = 100;

export function physicalHeight({ rowHeight, rowCount }: Sizes): number {
  return Math.min(MAX_PHYSICAL, rowHeight * rowCount);
}

/** What the element's scrollTop has to be. */
export function scrollTopOf({ top, offset }: Pick<VirtualScroll, 'top' | 'offset'>): number {
  return top - offset;
}

type Sizes = Pick<VirtualScroll, 'rowHeight' | 'rowCount'>;

/** After the element was scrolled to `scrollTop` by its person. */
export function scrolledBy(before: VirtualScroll, scrollTop: number): VirtualScroll {
  const moved = scrollTop - scrollTopOf(before);
  const virtual = before.rowHeight * before.rowCount;
  const physical = physicalHeight(before);
  const isJump = Math.abs(moved) >= before.viewHeight && virtual > physical;
  if (!isJump) return scrolledTo(before, before.top + moved);
  const share = scrollTop / Math.max(1, physical - before.viewHeight);
  const top = clamp(share * (virtual - before.viewHeight), before);
  return { ...before, top, offset: top - scrollTop };
}

/** To a place in virtual pixels. */
export function scrolledTo(before: VirtualScroll, wanted: number): VirtualScroll {
  const top = clamp(wanted, before);
  return { ...before, top, offset: offsetAt(top, before) };
}

/** With another number of rows, or another view: what is at the top stays there. */
export function resized(
  before: VirtualScroll,
  sizes: Partial<Pick<VirtualScroll, 'rowCount' | 'rowHeight' | 'viewHeight'>>,
): VirtualScroll {
  const after = { ...before, ...sizes };
  return scrolledTo(after, (before.top / before.rowHeight) * after.rowHeight);
}

/** So that a row is in view, moving no further than needed. */
export function revealing(before: VirtualScroll, row: number): VirtualScroll {
  const start = row * before.rowHeight;
  if (start < before.top) return scrolledTo(before, start);
  const end = start + before.rowHeight;
  return end > before.top + before.viewHeight ? scrolledTo(before, end - before.viewHeight) : before;
}

/** Which rows to draw: those in view and a few around them. */
export function rowsInView(
  { top, rowHeight, viewHeight, rowCount }: VirtualScroll,
  around = 8,
): { readonly first: number; readonly end: number } {
  const first = Math.max(0, Math.floor(top / rowHeight) - around);
  return { first, end: Math.min(rowCount, Math.ceil((top + viewHeight) / rowHeight) + around) };
}

function clamp(top: number, { rowHeight, rowCount, viewHeight }: Sizes & Pick<VirtualScroll, 'viewHeight'>): number {
  return Math.max(0, Math.min(top, rowHeight * rowCount - viewHeight));
}

/** The physical element is divided into pages; on each of them, virtual and physical pixels are apart by the same amount. */
function offsetAt(top: number, sizes: Sizes & Pick<VirtualScroll, 'viewHeight'>): number {
  const virtual = sizes.rowHeight * sizes.rowCount;
  const physical = physicalHeight(sizes);
  if (virtual <= physical) return 0;
  const pageHeight = virtual / PAGES;
  const page = Math.min(PAGES - 1, Math.floor(top / pageHeight));
  return Math.round((page * (virtual - physical)) / (PAGES - 1));
}
