// node:http and a file stream: the same bytes, without a look at the request.
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';

const { file } = JSON.parse(process.argv[2]);
const { size } = statSync(file);
const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-length': size });
  createReadStream(file, { highWaterMark: 256 * 1024 }).pipe(response);
});
process.on('SIGTERM', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`));
