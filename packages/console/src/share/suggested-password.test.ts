import { describe, expect, it } from 'vitest';
import { suggestedPassword } from './suggested-password.ts';

describe('suggestedPassword', () => {
  it('is five groups of four letters and digits that nobody mistakes', () => {
    for (let i = 0; i < 50; i++) expect(suggestedPassword()).toMatch(/^[a-hjkmnp-z2-9]{4}(?:-[a-hjkmnp-z2-9]{4}){4}$/);
  });
  it('leaves out the bytes that would favour some letters', () => {
    let turn = 0;
    const password = suggestedPassword((bytes) => bytes.fill(turn++ === 0 ? 255 : 0));
    expect(password).toBe('aaaa-aaaa-aaaa-aaaa-aaaa');
    expect(turn).toBe(2);
  });
});
