/** Reading the elements of an answer. */

export function textOf(parent: Element, name: string): string | undefined {
  return childOf(parent, name)?.textContent ?? undefined;
}

export function childOf(parent: Element, name: string): Element | undefined {
  return [...parent.children].find(({ localName }) => localName === name);
}

export function childrenOf(parent: Element, name: string): readonly Element[] {
  return [...parent.children].filter(({ localName }) => localName === name);
}

export function rootOf(text: string): Element {
  return new DOMParser().parseFromString(text, 'application/xml').documentElement;
}

/** A text as it stands in an element or attribute. */
export function escaped(text: string): string {
  return text.replace(/[&<>"'\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
