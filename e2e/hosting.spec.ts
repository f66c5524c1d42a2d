import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { contentSecurityPolicy } from '../scripts/site/csp.ts';
import { faultServer, type FaultServerOptions } from './fault-server.ts';
import { downloadRun, runFinished, useBackend } from './studio-page.ts';

test.use({ serviceWorkers: 'allow' });

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

interface Host {
  where: string;
  options: FaultServerOptions;
  /** Made by the model that the site ships with, not by one for tests. */
  shipped?: boolean;
  /** On a software adapter one host will do. */
  webgpu?: boolean;
}
const hosts: Host[] = [
  { where: 'at the root', options: {} },
  { where: 'in a folder', options: { path: '/any/sub/path/' } },
  { where: 'in a folder, isolated, with the policy as a header', options: { path: '/any/sub/path/', headers: { ...ISOLATED, ...POLICY } }, webgpu: true },
  { where: 'by the model that is shipped, with the policy as a header', options: { path: '/studio/', headers: POLICY }, shipped: true, webgpu: true },
];
/** There a token of the shipped model takes seconds: its first ones show as much of the policy as the whole image. */
const FIRST_TOKENS = 3;

for (const { where, options, shipped = false, webgpu = false } of hosts) {
  test(`an image is made ${where}: no violation of the policy, nothing asked of another origin`, async ({ page }, { project }) => {
    const gpu = project.name === 'webgpu';
    test.skip(gpu && !webgpu, 'not about the backend: run on WASM');
    test.skip(gpu && shipped && process.env.STUDIO_LONG !== '1', 'too long for every run: npm run test:soak runs it');
    if (gpu) test.setTimeout(600_000);
    const pack = shipped ? 'eurosat' : gpu ? 'pico' : 'nano';
    const server = await faultServer(options);
    try {
      const { violations, addresses } = await watch(page);
      await page.goto(`${server.url}#pack=${pack}`);
      await useBackend(page, gpu ? 'webgpu' : 'wasm');
      await page.goto(`${server.url}#pack=${pack}&class=1&seed=11`);
      if (gpu && shipped) {
        await expect.poll(() => page.locator('[data-figure="tokens"]').textContent().then(Number), { timeout: 300_000 }).toBeGreaterThan(FIRST_TOKENS);
        await page.getByRole('button', { name: 'Stop', exact: true }).click();
        await expect(page.locator('.run-title .chip')).toHaveText('Stopped', { timeout: 60_000 });
      } else {
        await runFinished(page);
      }
      const run = await downloadRun(page);
      expect(run.complete).toBe(!(gpu && shipped));
      expect(run.header.backend).toBe(gpu ? 'webgpu' : 'wasm');
      expect(await page.evaluate(() => crossOriginIsolated)).toBe('cross-origin-opener-policy' in (options.headers ?? {}));
      await page.getByRole('button', { name: new RegExp(pack, 'i') }).first().click();
      await page.getByRole('button', { name: 'Manage stored packs' }).click();
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

test('the policy is really in force: a script from elsewhere and an inline script are refused', async ({ page }, { project }) => {
  test.skip(project.name === 'webgpu', 'not about the backend: run on WASM');
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

test('every file of the site is within the limit of common hosts', ({}, { project }) => {
  test.skip(project.name === 'webgpu', 'not about the backend: run on WASM');
  const site = join(import.meta.dirname, '..', '.cache', 'e2e-site');
  const files = readdirSync(site, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(10);
  const large = files.filter((entry) => statSync(join(entry.parentPath, entry.name)).size > 25 * 1024 * 1024);
  expect(large.map((entry) => entry.name)).toEqual([]);
});
