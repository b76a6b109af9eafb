// node:http and nothing else: the same headers and bytes from memory, without a look at the request.
import { createServer } from 'node:http';

const { headers, sizeBytes } = JSON.parse(process.argv[2]);
const body = Buffer.alloc(sizeBytes, 'x');
const server = createServer((_request, response) => {
  response.writeHead(200, headers);
  response.end(body);
});
server.keepAliveTimeout = 75_000;
process.on('SIGTERM', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`));
