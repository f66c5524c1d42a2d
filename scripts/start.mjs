/** `npm start`: installs what is missing, builds, and serves the studio. PORT sets the port. */
import process from 'node:process';

await import('./ensure.mjs');
await import('./vite-path.mjs');
const { checkPublic } = await import('./readable.mjs');
checkPublic();
const { build, preview } = await import('vite');
const port = Number(process.env.PORT ?? 4173);
if (!Number.isInteger(port) || port < 1 || port > 65535) {
  console.error(`PORT must be a number from 1 to 65535, got "${process.env.PORT}".`);
  process.exit(2);
}
await build({ logLevel: 'warn' });
try {
  const server = await preview({ preview: { port, strictPort: process.env.PORT !== undefined, host: '127.0.0.1' } });
  console.log(`DPAR Studio: ${server.resolvedUrls.local[0]}`);
} catch (error) {
  console.error(/in use/i.test(error.message) ? `Port ${port} is in use. Set another one, as in PORT=${port === 65535 ? 4173 : port + 1} npm start.` : `The studio could not be served on port ${port}: ${error.message}`);
  process.exit(1);
}
