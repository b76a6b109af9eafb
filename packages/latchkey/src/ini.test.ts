import { describe, expect, it } from 'vitest';
import { parseIni } from './ini.ts';

describe('parseIni', () => {
  it('reads sections and their settings', () => {
    const file = parseIni('[default]\nregion = eu-west-1\nAWS_Access_Key_ID=AKIA\n\n[ profile dev ]\r\nregion=us-east-2\r\n');
    expect(file.get('default')?.values).toEqual({ region: 'eu-west-1', aws_access_key_id: 'AKIA' });
    expect(file.get('profile dev')?.values).toEqual({ region: 'us-east-2' });
  });
  it('reads settings nested below a name without a value', () => {
    const file = parseIni('[services local]\ns3 =\n  endpoint_url = http://127.0.0.1:9000\n  addressing_style = path\nregion = x\n');
    expect(file.get('services local')?.nested).toEqual({ s3: { endpoint_url: 'http://127.0.0.1:9000', addressing_style: 'path' } });
    expect(file.get('services local')?.values.region).toBe('x');
  });
  it('leaves comments away, and keeps # and ; inside a value', () => {
    const file = parseIni('# top\n[a]\n; note\nregion = x # here\nsecret = a#b;c\n');
    expect(file.get('a')?.values).toEqual({ region: 'x', secret: 'a#b;c' });
  });
  it('keeps equals signs in a value', () => {
    expect(parseIni('[a]\ntoken = abc==\n').get('a')?.values.token).toBe('abc==');
  });
  it('skips what it does not know', () => {
    expect(parseIni('stray = 1\n[a]\nnonsense\nregion = x\n').get('a')?.values).toEqual({ region: 'x' });
  });
});
