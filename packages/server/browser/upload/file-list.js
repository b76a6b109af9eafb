// @ts-check
/** The list of files on their way, one row each: kept as it is, and changed where something has changed. */
import { sizeText } from './rate.js';

/**
 * @typedef {import('./transfer.js').Transfer} Transfer
 * @typedef {'pause' | 'resume' | 'retry' | 'cancel' | 'remove'} Action
 * @typedef {{ item: HTMLLIElement, bar: HTMLProgressElement, state: HTMLParagraphElement, actions: HTMLDivElement, drawn: string }} Row
 */

/** @type {Readonly<Record<string, readonly Action[]>>} */
const ACTIONS = {
  waiting: ['cancel'],
  sending: ['pause', 'cancel'],
  again: ['pause', 'cancel'],
  paused: ['resume', 'cancel'],
  interrupted: ['cancel'],
  failed: ['retry', 'remove'],
};

/** @param {{ list: HTMLUListElement, words: Record<string, string>, language: string, act: (action: Action, transfer: Transfer) => void }} options */
export function fileList({ list, words, language, act }) {
  /** @type {Map<Transfer, Row>} */
  const rows = new Map();

  return {
    /** @param {readonly Transfer[]} transfers */
    draw(transfers) {
      for (const [transfer, { item }] of rows) {
        if (transfers.includes(transfer)) continue;
        item.remove();
        rows.delete(transfer);
      }
      for (const transfer of transfers) {
        const row = rows.get(transfer) ?? newRow(transfer);
        update(row, transfer);
      }
    },
  };

  /** @param {Transfer} transfer @returns {Row} */
  function newRow(transfer) {
    const { name, size } = transfer.shown;
    const item = document.createElement('li');
    const head = element('div', 'row');
    head.append(element('span', 'name', name), element('span', 'size', sizeText(size, language)));
    const bar = document.createElement('progress');
    bar.max = 1;
    bar.setAttribute('aria-label', name);
    const state = /** @type {HTMLParagraphElement} */ (element('p', 'state'));
    const actions = /** @type {HTMLDivElement} */ (element('div', 'actions'));
    item.append(head, bar, state, actions);
    list.append(item);
    const row = { item, bar, state, actions, drawn: '' };
    rows.set(transfer, row);
    return row;
  }

  /** @param {Row} row @param {Transfer} transfer */
  function update(row, transfer) {
    const { shown } = transfer;
    row.bar.value = shown.state === 'delivered' ? 1 : shown.size === 0 ? 0 : shown.sent / shown.size;
    row.bar.hidden = shown.state === 'delivered' || shown.state === 'failed';
    const text = stateText(shown);
    if (row.state.textContent !== text) row.state.textContent = text;
    if (row.drawn === shown.state) return;
    row.drawn = shown.state;
    row.state.className = `state${shown.state === 'delivered' ? ' good' : shown.state === 'failed' ? ' error' : ''}`;
    const hadFocus = row.actions.contains(document.activeElement);
    const actions = (ACTIONS[shown.state] ?? []).filter((action) => action !== 'retry' || shown.mayRetry);
    row.actions.replaceChildren(...actions.map((action) => button(action, transfer)));
    // Who has just used a button finds the next one where it was.
    if (hadFocus) row.actions.querySelector('button')?.focus();
  }

  /** @param {import('./transfer.js').Shown} shown */
  function stateText({ state, sent, size, problem, againIn }) {
    const word = words[state] ?? '';
    switch (state) {
      case 'sending':
        return `${word} · ${size === 0 ? 0 : Math.floor((sent / size) * 100)} %`;
      case 'again':
        return `${problem} ${word.replace('{seconds}', String(againIn))}`;
      case 'failed':
        return problem;
      default:
        return word;
    }
  }

  /** @param {Action} action @param {Transfer} transfer */
  function button(action, transfer) {
    const made = document.createElement('button');
    made.type = 'button';
    made.textContent = words[action] ?? action;
    made.setAttribute('aria-label', `${words[action] ?? action}: ${transfer.shown.name}`);
    made.addEventListener('click', () => act(action, transfer));
    return made;
  }
}

/** @param {string} tag @param {string} className @param {string} [text] */
export function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
