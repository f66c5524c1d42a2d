import { expect, test } from '@playwright/test';
import { chromiumPath } from '../scripts/chromium.ts';
import { faultServer } from './fault-server.ts';
import { downloadRun, generateButton, messages, runFinished } from './studio-page.ts';

/** A name of the network that leads here: unlike localhost it is no secure context. */
test.use({ launchOptions: { executablePath: chromiumPath(), args: ['--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP studio.test 127.0.0.1'] } });

test('over plain http from another machine a picture is made, kept in the history and opened again', async ({ page }, { project }) => {
  test.skip(project.name !== 'wasm', 'there is no WebGPU over plain http');
  const server = await faultServer();
  try {
    await page.goto(`${server.url.replace(/127\.0\.0\.1|localhost/, 'studio.test')}#pack=nano`);
    expect(await page.evaluate(() => [isSecureContext, 'randomUUID' in crypto])).toEqual([false, false]);
    await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 120_000 });
    await generateButton(page).click();
    await runFinished(page);
    const made = await downloadRun(page);
    await page.getByRole('button', { name: 'History' }).click();
    await page.getByRole('button', { name: /^Open .*, seed / }).first().click();
    await expect(page.locator('.run-title .chip')).toHaveText('Opened');
    await page.getByRole('button', { name: 'Close history' }).click();
    expect(await downloadRun(page)).toEqual(made);
    await expect(messages(page)).toHaveCount(0);
  } finally {
    await server.close();
  }
});
