// A webhook that takes everything at once.
import { createServer } from 'node:http';

const server = createServer((request, response) => request.resume().on('end', () => response.end())).listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`);
});
process.on('SIGTERM', () => process.exit(0));
