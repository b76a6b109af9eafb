import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { openTransport } from './transport.ts';

test('a connection whose body was refused is let go of, though the other side would keep it', async () => {
  const server = createServer((socket) => {
    socket.once('data', () => socket.write('HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const transport = openTransport();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/bucket/key`;
  const refused = await transport.begin({ lane: 'writes', method: 'PUT', url, headers: { 'content-length': '1000' } });
  if (!('status' in refused)) throw new Error('expected an answer');
  const [socket] = await connected;
  const closed = once(socket, 'close');
  refused.body.resume();
  await closed;
  expect(refused.status).toBe(404);
  transport.close();
  server.close();
});
