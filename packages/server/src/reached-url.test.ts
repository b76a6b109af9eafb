import { expect, test } from 'vitest';
import { reachedUrl } from './reached-url.ts';

const loopback = { address: '127.0.0.1', family: 'IPv4', internal: true } as const;
const six = { address: '2001:db8::1', family: 'IPv6', internal: false } as const;
const own = { address: '169.254.7.7', family: 'IPv4', internal: false } as const;
const lan = { address: '192.168.1.5', family: 'IPv4', internal: false } as const;

test.each([
  ['http://0.0.0.0:9000', { lo: [loopback], eth0: [six, own, lan] }, 'http://192.168.1.5:9000'],
  ['https://[::]:9000/', { lo: [loopback], eth0: [lan] }, 'https://192.168.1.5:9000'],
  ['http://0.0.0.0:9000', { lo: [loopback], eth0: [six] }, 'http://localhost:9000'],
  ['http://127.0.0.1:9000', { eth0: [lan] }, 'http://127.0.0.1:9000'],
  ['http://[::1]:9000/', { eth0: [lan] }, 'http://[::1]:9000'],
  ['', { eth0: [lan] }, ''],
])('what is bound to %s is given out as one can open it (%#)', (bound, interfaces, url) => expect(reachedUrl(bound, interfaces)).toBe(url));
