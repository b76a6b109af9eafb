// A light HTTP client for load: prepared requests over raw sockets, one in flight per connection, replies counted by their length.
import { connect } from 'node:net';

/**
 * Sends `requests` (whole HTTP/1.1 requests as text or bytes), each in turn, over `connections` sockets until `seconds` have passed.
 * Resolves to the replies per second. Rejects when a reply's status is not the one expected.
 */
export function load({ port, requests, connections, seconds, status = 200 }) {
  const bytes = requests.map((request) => Buffer.from(request, 'latin1'));
  const expected = `HTTP/1.1 ${status}`;
  let next = 0;
  let replies = 0;
  let stopping = false;
  const started = performance.now();
  const one = () =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true });
      let pending = 0;
      let buffered = '';
      const send = () => {
        if (stopping) return socket.destroy();
        pending = -1;
        socket.write(bytes[next]);
        next = next + 1 === bytes.length ? 0 : next + 1;
      };
      const onData = (chunk) => {
        if (pending > 0) {
          pending -= chunk.length;
        } else {
          const text = buffered + chunk.latin1Slice();
          const end = text.indexOf('\r\n\r\n');
          if (end === -1) {
            buffered = text;
            return;
          }
          buffered = '';
          if (!text.startsWith(expected)) return socket.destroy(new Error(`unexpected reply: ${text.slice(0, 600)}`));
          const length = /content-length: (\d+)/i.exec(text.slice(0, end));
          pending = Number(length?.[1] ?? 0) - (text.length - end - 4);
        }
        if (pending > 0) return;
        replies++;
        send();
      };
      socket.on('connect', send);
      socket.on('data', onData);
      socket.on('error', reject);
      socket.on('close', resolve);
    });
  // Stays awake: waking a sleeping client costs the sender of a reply more than the reply, and would be counted as the server's. Nor does it ask
  // the kernel all the time whether there is anything: that holds up whoever is about to say so.
  const stayAwake = () => {
    const until = performance.now() + 0.02;
    while (performance.now() < until);
    if (!stopping) setImmediate(stayAwake);
  };
  stayAwake();
  const all = Promise.all(Array.from({ length: connections }, one));
  setTimeout(() => {
    stopping = true;
  }, seconds * 1000);
  return all.then(() => (replies / (performance.now() - started)) * 1000);
}
