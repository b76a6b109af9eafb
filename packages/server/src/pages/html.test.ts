import { expect, test } from 'vitest';
import { html } from './html.ts';

test('text is escaped, in content and in attributes', () => {
  const name = `<img src=x onerror="alert('1')"> & co`;
  expect(html`<a title="${name}">${name}</a>`.markup).not.toMatch(/<img|onerror="|'|& /);
});

test('HTML within HTML stays what it is, also several pieces', () => {
  expect(html`<ul>${['a', '<'].map((item) => html`<li>${item}</li>`)}</ul>`.markup).toBe('<ul><li>a</li><li>&#60;</li></ul>');
});

test('what is not there leaves nothing', () => {
  expect(html`<p>${undefined}${0}</p>`.markup).toBe('<p>0</p>');
});
