import { parsePolicy } from '@latchkey/policy/document';
import { describe, expect, it } from 'vitest';
import { TEMPLATES, templateText, tidy } from './templates.ts';

describe('templates', () => {
  it.each(TEMPLATES.map((template) => [template.name, template] as const))('%s is a policy that may be stored', (_, template) => {
    expect(parsePolicy(templateText(template), 'managed')).toMatchObject({ ok: true });
  });
});

describe('tidy', () => {
  it('sets JSON in lines, and leaves alone what is none', () => {
    expect(tidy('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}\n');
    expect(tidy('{"a":')).toBe('{"a":');
  });
});
