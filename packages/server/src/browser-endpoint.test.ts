import { describe, expect, it } from 'vitest';
import { browserEndpoint } from './browser-endpoint.ts';

const of = (boundUrl: string, host?: string, publicUrl?: string) => browserEndpoint({ boundUrl, host, publicUrl });

describe('browserEndpoint', () => {
  it('is the public URL where there is one', () => {
    expect(of('http://127.0.0.1:9000', '127.0.0.1:9001', 'https://files.example.com/')).toBe('https://files.example.com');
  });
  it('is bound where people reach the server by its own name', () => {
    expect(of('http://10.0.0.5:9000', '10.0.0.5:9001')).toBe('http://10.0.0.5:9000');
    expect(of('http://10.0.0.5:9000', 'console.example.com')).toBe('http://10.0.0.5:9000');
  });
  it('has the name of this machine that the browser has', () => {
    expect(of('http://127.0.0.1:9000', 'localhost:9001')).toBe('http://localhost:9000');
    expect(of('https://0.0.0.0:9000', 'nas.local:9001')).toBe('https://nas.local:9000');
    expect(of('http://[::]:9000', '[fd00::1]:9001')).toBe('http://[fd00::1]:9000');
  });
  it.each(['a b', "x'; script-src *", 'x/y', '', 'user@host', '[zz]'])('does not believe a Host of %j', (host) => {
    expect(of('http://127.0.0.1:9000', host)).toBe('http://127.0.0.1:9000');
  });
});
