import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import { expect, type Frame, type Page } from '@playwright/test';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** Rules whose answer colours can change. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];
/** Cells of a grid are alike, and most of a page's elements: the first three of each row and the one that takes the focus stand for all. */
const ALIKE = '[role="gridcell"]:nth-child(n + 4):not([tabindex="0"])';

export interface AxeScope {
  /** Selector of a part of the page. Default: all of it. */
  part?: string;
  /** Rules to ask. Default: those of WCAG 2.2 AA and of best practice. */
  rules?: string[];
  /** Rules that do not hold here. */
  without?: string[];
}

/**
 * What axe finds in a page as it stands: a line a rule. It runs in the page and gathers violations only, which takes a quarter of the time
 * of handing over what passed, too.
 */
export async function axe(page: Page | Frame, { part, rules = TAGS, without = [] }: AxeScope = {}): Promise<string[]> {
  const options: RunOptions = { runOnly: rules, resultTypes: ['violations'], preload: false, rules: Object.fromEntries(without.map((rule) => [rule, { enabled: false }])) };
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(source);
  const found = await page.evaluate(async ([include, alike, how]) => {
    const { axe: inPage } = globalThis as unknown as { axe: { run(...of: unknown[]): Promise<AxeResults> } };
    return (await inPage.run({ include: [include], exclude: document.querySelector(alike) ? [alike] : [] }, how)).violations;
  }, [part ?? ':root', ALIKE, options] as const);
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.any[0]?.message ?? ''}`).join(', ')}`);
}

/** Axe finds nothing: in light; and in dark, where the page is the same but for its colours. `shot`: where a picture of each goes. */
export async function expectAccessible(page: Page, what: string, { part, shot }: { part?: string; shot?: (scheme: string) => string } = {}): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    if (shot) await page.screenshot({ path: shot(colorScheme) });
    expect(await axe(page, { part, rules: colorScheme === 'light' ? TAGS : OF_COLOURS }), `${what}, ${colorScheme}`).toEqual([]);
  }
}

/** No wider than its window, whose innerWidth grows on a touch screen with a page that is too wide. */
export async function expectFits(page: Page): Promise<void> {
  const { width } = page.viewportSize()!;
  const [scroll, inner] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(scroll).toBeLessThanOrEqual(width);
  expect(inner).toBe(width);
}

export interface Screen {
  name: string;
  width: number;
  height: number;
}

const PHONES: readonly Screen[] = [{ name: 'phone', width: 390, height: 844 }, { name: 'small-phone', width: 320, height: 640 }];
/** A page of each kind is shown on its screens in turn. */
export const DEVICES: readonly { kind: string; touch: boolean; screens: readonly Screen[] }[] = [
  { kind: 'desktop', touch: false, screens: [{ name: 'desktop', width: 1440, height: 900 }] }, { kind: 'phones', touch: true, screens: PHONES },
];

export const contextOf = (touch: boolean, { width, height }: Screen) => ({ viewport: { width, height }, hasTouch: touch, isMobile: touch, reducedMotion: 'reduce' as const });

/** Shows the page on each of the screens. */
export async function onEach(page: Page, screens: readonly Screen[], check: (screen: Screen) => Promise<void>): Promise<void> {
  for (const screen of screens) {
    await page.setViewportSize({ width: screen.width, height: screen.height });
    await check(screen);
  }
}
