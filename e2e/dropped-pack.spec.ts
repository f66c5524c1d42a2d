import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { zipSync } from 'fflate';
import { faultServer } from './fault-server.ts';
import { fixturePack } from './packs.ts';
import { downloadRun, generateButton, messages, runFinished } from './studio-page.ts';

const nano = fixturePack('nano');

/** A file or folder dropped onto the page, as from the desktop: a script cannot make the entries of a folder. */
async function drop(page: Page, path: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await session.send('Input.dispatchDragEvent', { type, x: 200, y: 200, data });
  await session.detach();
}

const scratch = () => mkdtempSync(join(tmpdir(), 'dropped-'));

function zipped(change: (files: Record<string, Uint8Array>) => void = () => undefined): string {
  const files = Object.fromEntries(readdirSync(nano.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return [`nano/${path.slice(nano.folder.length + 1).replaceAll('\\', '/')}`, readFileSync(path) as Uint8Array];
  }));
  change(files);
  const path = join(scratch(), 'nano.zip');
  writeFileSync(path, zipSync(files, { level: 0 }));
  return path;
}

test('a pack dropped as a zip or folder is used after consent only, from its own files, and makes the same image', async ({ page }) => {
  const server = await faultServer();
  try {
    await page.goto(`${server.url}#pack=nano&class=1&seed=3`);
    await runFinished(page);
    const served = await downloadRun(page);
    for (const path of [zipped(), nano.folder]) {
      // The site's own pack is of no use from here on: everything has to come from what was dropped.
      await page.goto(`${server.url}?fresh#pack=missing`);
      await expect(messages(page).first()).toContainText('There is no pack "missing"');
      const before = server.asked.length;
      await drop(page, path);
      const consent = messages(page).filter({ hasText: 'It comes from a file, not from this site.' });
      await expect(consent).toContainText('Use the pack "');
      await expect(page.locator('.status-chip')).not.toHaveAttribute('data-model', /loading|ready/);
      await consent.getByRole('button', { name: 'Use it' }).click();
      await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 60_000 });
      await page.getByRole('radiogroup', { name: 'Class' }).getByRole('radio').nth(1).click();
      await page.getByRole('textbox', { name: 'Seed' }).fill('3');
      await generateButton(page).click();
      await runFinished(page);
      expect((await downloadRun(page)).digest).toBe(served.digest);
      expect(server.asked.slice(before).filter(({ path }) => path.startsWith('models/nano'))).toEqual([]);
    }
  } finally {
    await server.close();
  }
});

test('a pack chosen as a zip or folder is asked about and used, too', async ({ page }) => {
  const server = await faultServer();
  try {
    for (const [label, path] of [['Zip of a pack', zipped()], ['Folder of a pack', nano.folder]] as const) {
      await page.goto(`${server.url}?${label.length}#pack=missing`);
      await expect(messages(page).first()).toContainText('There is no pack "missing"');
      await page.getByRole('button', { name: 'Choose a pack' }).click();
      await page.locator('.pack-files').getByLabel(label).setInputFiles(path);
      const consent = messages(page).filter({ hasText: 'It comes from a file, not from this site.' });
      await consent.getByRole('button', { name: 'Use it' }).click();
      await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 60_000 });
    }
  } finally {
    await server.close();
  }
});

test('after a reload a pack from this device is asked for again, with one press, and the run of the address is made from it', async ({ page }) => {
  const server = await faultServer();
  try {
    // The site has one of that name, too.
    await page.goto(`${server.url}#pack=nano-gpt`);
    await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 60_000 });
    await drop(page, nano.folder);
    await messages(page).getByRole('button', { name: 'Use it' }).click();
    await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 60_000 });
    await page.getByRole('textbox', { name: 'Seed' }).fill('11');
    await generateButton(page).click();
    await runFinished(page);
    const { digest } = await downloadRun(page);
    const before = server.asked.length;
    await page.reload();
    await expect(messages(page)).toContainText('The pack "nano" came from this device.');
    await messages(page).getByRole('button', { name: 'Choose it again' }).click();
    await page.locator('.pack-files').getByLabel('Folder of a pack').setInputFiles(nano.folder);
    await messages(page).getByRole('button', { name: 'Use it' }).click();
    await runFinished(page);
    expect((await downloadRun(page)).digest).toBe(digest);
    await expect(messages(page)).toHaveCount(0);
    expect(server.asked.slice(before).filter(({ path }) => path.startsWith('models/nano/'))).toEqual([]);
  } finally {
    await server.close();
  }
});

test('a dropped pack that is damaged or wants out of its folder is refused, and the page goes on', async ({ page }) => {
  const server = await faultServer();
  try {
    await page.goto(`${server.url}#pack=nano`);
    await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 60_000 });
    const notice = messages(page).filter({ hasText: 'This pack is not opened' });
    await drop(page, zipped((files) => { files['nano/../../x'] = new Uint8Array(1); }));
    await expect(notice).toContainText('outside its folder');
    const folder = join(scratch(), 'empty');
    mkdirSync(folder);
    writeFileSync(join(folder, 'readme.txt'), 'no pack');
    await drop(page, folder);
    await expect(notice).toContainText('there is no manifest.json in it');
    await drop(page, zipped((files) => { files['nano/fp32/decoder.bin.0'] = new Uint8Array(files['nano/fp32/decoder.bin.0']!.length); }));
    await messages(page).getByRole('button', { name: 'Use it' }).click();
    await expect(messages(page).filter({ hasText: 'A file of the dropped pack is not the one its manifest names' })).toBeVisible();
  } finally {
    await server.close();
  }
});

test('a pack is opened by its address after consent, and nothing is asked of an origin that the site does not name', async ({ page }) => {
  const server = await faultServer();
  try {
    const elsewhere: string[] = [];
    page.on('request', (request) => { if (/^https?:/.test(request.url()) && !request.url().startsWith(server.url)) elsewhere.push(request.url()); });
    await page.goto(`${server.url}#pack=nano-gpt`);
    await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 60_000 });
    await page.getByRole('button', { name: /nano/i }).first().click();
    const field = page.getByRole('textbox', { name: 'Load a pack from a URL' });
    await field.fill('https://evil.test/pack');
    await field.press('Enter');
    await expect(messages(page)).toContainText('This site may not load from https://evil.test.');
    await field.fill(`${server.url}models/nano`);
    await field.press('Enter');
    const consent = messages(page).filter({ hasText: 'Use the pack "Nano"' });
    await expect(consent).toContainText(`It comes from ${new URL(server.url).host}.`);
    expect(server.asked.filter(({ path }) => path.startsWith('models/nano/')).map(({ path }) => path)).toEqual(['models/nano/manifest.json']);
    await page.keyboard.press('Escape');
    await consent.getByRole('button', { name: 'Use it' }).click();
    await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 60_000 });
    await generateButton(page).click();
    await runFinished(page);
    expect((await downloadRun(page)).header.pack.name).toBe('nano');
    expect(elsewhere).toEqual([]);
  } finally {
    await server.close();
  }
});
