import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { contentSecurityPolicy } from '../scripts/site/csp.ts';
import { faultServer, type FaultServerOptions } from './fault-server.ts';
import { downloadRun, runFinished, useBackend } from './studio-page.ts';

const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
const POLICY = { 'content-security-policy': `${contentSecurityPolicy()}; frame-ancestors 'self'` };

/** Policy violations of the page, and every address asked for, the worker's included. */
async function watch(page: Page) {
  const violations: string[] = [];
  const addresses: string[] = [];
  await page.exposeFunction('tellViolation', (text: string) => { violations.push(text); });
  await page.addInitScript(() => document.addEventListener('securitypolicyviolation', (event) => {
    void (window as unknown as { tellViolation: (text: string) => void }).tellViolation(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
  }));
  page.on('console', (message) => { if (/content security policy/i.test(message.text())) violations.push(message.text()); });
  page.context().on('request', (request) => addresses.push(request.url()));
  return { violations, addresses };
}

const hosts: [string, FaultServerOptions, pack?: string][] = [
  ['at the root', {}],
  ['in a folder', { path: '/any/sub/path/' }],
  ['in a folder, isolated, with the policy as a header', { path: '/any/sub/path/', headers: { ...ISOLATED, ...POLICY } }],
  ['by the model that is shipped, with the policy as a header', { path: '/studio/', headers: POLICY }, 'eurosat'],
];
for (const [where, options, pack = 'nano'] of hosts) {
  test(`an image is made ${where}: no violation of the policy, nothing asked of another origin`, async ({ page }, { project }) => {
    const server = await faultServer(options);
    try {
      const { violations, addresses } = await watch(page);
      await page.goto(`${server.url}#pack=${pack}`);
      await useBackend(page, project.name === 'webgpu' ? 'webgpu' : 'wasm');
      await page.goto(`${server.url}#pack=${pack}&class=1&seed=11`);
      await runFinished(page);
      expect((await downloadRun(page)).complete).toBe(true);
      expect(await page.evaluate(() => crossOriginIsolated)).toBe('cross-origin-opener-policy' in (options.headers ?? {}));
      await page.getByRole('button', { name: new RegExp(pack, 'i') }).first().click();
      await page.getByRole('button', { name: 'Stored in this browser' }).click();
      await expect(page.getByRole('dialog', { name: 'Stored in this browser' })).toBeVisible();
      expect(violations).toEqual([]);
      const { origin } = new URL(server.url);
      expect(addresses.filter((address) => /^(https?|wss?):/.test(address) && new URL(address).origin !== origin)).toEqual([]);
      expect(addresses.filter((address) => !address.startsWith('blob:') && !address.startsWith('data:') && !address.startsWith(server.url))).toEqual([]);
    } finally {
      await server.close();
    }
  });
}

test('the policy is really in force: a script from elsewhere and an inline script are refused', async ({ page }) => {
  const server = await faultServer();
  try {
    const { violations } = await watch(page);
    await page.goto(`${server.url}#pack=nano`);
    await page.evaluate(() => {
      const inline = document.createElement('script');
      inline.textContent = 'globalThis.injected = true';
      document.head.append(inline);
      const elsewhere = document.createElement('script');
      elsewhere.src = 'https://evil.test/x.js';
      document.head.append(elsewhere);
      void fetch('https://evil.test/data').catch(() => undefined);
    });
    await expect.poll(() => violations.filter((text) => /script-src|connect-src/.test(text)).length).toBeGreaterThanOrEqual(3);
    expect(await page.evaluate(() => 'injected' in globalThis)).toBe(false);
  } finally {
    await server.close();
  }
});

test('every file of the site is within the limit of common hosts', () => {
  const site = join(import.meta.dirname, '..', '.cache', 'e2e-site');
  const files = readdirSync(site, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(10);
  const large = files.filter((entry) => statSync(join(entry.parentPath, entry.name)).size > 25 * 1024 * 1024);
  expect(large.map((entry) => entry.name)).toEqual([]);
});
