import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import fc from 'fast-check';
import { damagedPicture, pictures, type PictureFile } from '../fixtures/pictures.ts';
import type { ReadPictures } from './pages/pictures.ts';
import { fixturePack } from './packs.ts';
import { mountPack } from './studio-page.ts';

const nano = fixturePack('nano');
const DAMAGED = 2000;
const AT_ONCE = 250;
/** Damaged ones go through the studio's own field too, each of them to its end. */
const IN_THE_STUDIO = 40;

type Scope = {
  readAll: (files: { name: string; base64: string }[]) => Promise<ReadPictures>;
  seen: (base64: string, name: string, places: [number, number][]) => Promise<{ size: number[]; pixels: number[][] }>;
};

const readAll = (page: Page, files: PictureFile[]) => page.evaluate(
  (list) => (globalThis as unknown as Scope).readAll(list), files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString('base64') })),
);

test('pictures of every kind are read; those changed at random are read or refused, and the page goes on', async ({ page }) => {
  const crashed: string[] = [];
  page.on('crash', () => crashed.push('crash'));
  page.on('pageerror', (error) => crashed.push(error.message));
  await page.goto('/e2e/pages/pictures.html');
  await page.waitForFunction(() => 'readAll' in globalThis);
  expect(await readAll(page, pictures)).toEqual({ read: pictures.length, refused: 0, other: [] });
  const damaged = fc.sample(damagedPicture, DAMAGED);
  let [read, refused] = [0, 0];
  for (let i = 0; i < damaged.length; i += AT_ONCE) {
    const found = await readAll(page, damaged.slice(i, i + AT_ONCE));
    expect(found.other).toEqual([]);
    read += found.read;
    refused += found.refused;
  }
  expect(read + refused).toBe(DAMAGED);
  // Most kinds are read in spite of a wrong byte or two: both ways were taken many times.
  expect(Math.min(read, refused)).toBeGreaterThan(DAMAGED / 10);
  expect(crashed).toEqual([]);
});

test('pictures are read as one sees them, orientation, alpha over white, 16 bits and profiles: the files and pixels that training is tested on', async ({ page }) => {
  const folder = join(import.meta.dirname, '../fixtures/as-seen');
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<string, { size: number[]; pixels: [number, number, number, number, number][] }>;
  await page.goto('/e2e/pages/pictures.html');
  await page.waitForFunction(() => 'seen' in globalThis);
  const wrong: string[] = [];
  for (const [name, { size, pixels }] of Object.entries(expected)) {
    const places = pixels.map(([x, y]) => [x, y] as [number, number]);
    const found = await page.evaluate(([base64, file, at]) => (globalThis as unknown as Scope).seen(base64, file, at), [readFileSync(join(folder, name)).toString('base64'), name, places] as const);
    if (String(found.size) !== String(size)) wrong.push(`${name}: ${found.size} pixels for ${size}`);
    for (const [i, [x, y, ...colour]] of pixels.entries()) {
      if (colour.some((value, channel) => Math.abs(found.pixels[i]![channel]! - value) > 2)) wrong.push(`${name} at ${x}, ${y}: ${found.pixels[i]} for ${colour}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('damaged pictures given to the studio one after the other end in a picture or in words', async ({ page }) => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await mountPack(page, nano);
  await page.goto('/#pack=nano&view=inspect');
  await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 120_000 });
  const field = page.locator('.source input[type=file]');
  const alert = page.locator('.source [role=alert]');
  const title = page.locator('.run-title');
  let refused = 0;
  for (const [i, { name, bytes }] of fc.sample(damagedPicture, IN_THE_STUDIO).entries()) {
    const unique = `${i}-${name}`;
    await field.setInputFiles({ name: unique, mimeType: `image/${name.split('.')[1]}`, buffer: Buffer.from(bytes) });
    await expect.poll(async () => (await title.textContent() ?? '').includes(unique) || (await alert.textContent({ timeout: 100 }).catch(() => '') ?? '').includes(unique), { message: unique }).toBe(true);
    if ((await alert.count()) > 0) refused++;
  }
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThan(IN_THE_STUDIO);
  const { name, bytes } = pictures.find((picture) => picture.name === 'plain.png')!;
  await field.setInputFiles({ name, mimeType: 'image/png', buffer: Buffer.from(bytes) });
  await expect(title).toContainText('plain.png');
  await expect(alert).toHaveCount(0);
  expect(errors).toEqual([]);
});
