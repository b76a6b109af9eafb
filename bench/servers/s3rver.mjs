// s3rver, an S3 server in Node for tests.
import S3rver from 's3rver';

const { directory } = JSON.parse(process.argv[2]);
const server = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory });
const { port } = await server.run();
process.stdout.write(`${JSON.stringify({ port })}\n`);
process.on('SIGTERM', () => process.exit(0));
