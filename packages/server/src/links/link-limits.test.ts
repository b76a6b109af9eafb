import { describe, expect, it } from 'vitest';
import type { Guardrails } from '../guardrails/document.ts';
import { linkLimits } from './link-limits.ts';

const DAY = 86_400;

const limits = (here: Guardrails, everywhere: Guardrails = {}) =>
  linkLimits('box', { find: (place) => (place === 'box' ? here : place === '*' ? everywhere : undefined) });

describe('linkLimits', () => {
  it('are those of a signature, seven days, where no guardrail says anything', async () => {
    const plain = { isOff: false, longestSeconds: 7 * DAY, isGuardrail: false, requiredTerms: [] };
    expect(await limits({})).toEqual({ read: plain, write: plain, form: plain, page: plain, request: plain });
  });
  it('are the narrowest of the bucket and of every bucket', async () => {
    const { read, write, form } = await limits({ maxLifetimeSeconds: { read: 60, write: 600 } }, { maxLifetimeSeconds: { write: 300 } });
    expect([read.longestSeconds, write.longestSeconds, form.longestSeconds]).toEqual([60, 300, 7 * DAY]);
    expect([read.isGuardrail, write.isGuardrail, form.isGuardrail]).toEqual([true, true, false]);
  });
  it('let a page live longer than a signature where a guardrail says so, and up to a year', async () => {
    expect((await limits({ pageLifetimeSeconds: 30 * DAY })).page).toMatchObject({ longestSeconds: 30 * DAY, isGuardrail: true });
    expect((await limits({ pageLifetimeSeconds: 1000 * DAY })).page).toMatchObject({ longestSeconds: 366 * DAY, isGuardrail: false });
    expect((await limits({ pageLifetimeSeconds: 30 * DAY }, { pageLifetimeSeconds: DAY })).page.longestSeconds).toBe(DAY);
  });
  it('take a limit on URLs for one on pages where that is silent about pages', async () => {
    const { page, request } = await limits({ maxLifetimeSeconds: { read: 60 } });
    expect([page.longestSeconds, request.longestSeconds]).toEqual([60, 7 * DAY]);
    expect((await limits({ maxLifetimeSeconds: { read: 60 }, pageLifetimeSeconds: 30 * DAY })).page.longestSeconds).toBe(30 * DAY);
  });
  it('name what is off and which terms have to be there, once each', async () => {
    const { read, form, request } = await limits(
      { presignedForms: false, requiredTerms: { write: ['max-size'], read: ['max-uses'] } },
      { requiredTerms: { read: ['max-uses', 'source-ip'] } },
    );
    expect([read.isOff, form.isOff]).toEqual([false, true]);
    expect([...read.requiredTerms].sort()).toEqual(['max-uses', 'source-ip']);
    expect(request.requiredTerms).toEqual(['max-size']);
  });
});
