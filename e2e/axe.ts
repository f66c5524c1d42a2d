import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

export const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** Rules whose answer colours can change. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

async function violations(builder: AxeBuilder): Promise<string[]> {
  const found = (await builder.analyze()).violations;
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.any[0]?.message ?? ''}`).join(', ')}`);
}

/** What axe finds in a page as it stands, or in a part of it. */
export function axe(page: Page, part?: string): Promise<string[]> {
  const builder = new AxeBuilder({ page });
  return violations((part === undefined ? builder : builder.include(part)).withTags(AXE_TAGS));
}

/** Axe finds nothing: in light; and in dark, where the page is the same but for its colours. `shot`: where a picture of each goes. */
export async function expectAccessible(page: Page, what: string, { part, shot }: { part?: string; shot?: (scheme: string) => string } = {}): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    if (shot) await page.screenshot({ path: shot(colorScheme) });
    const builder = new AxeBuilder({ page });
    const scoped = part === undefined ? builder : builder.include(part);
    expect(await violations(colorScheme === 'light' ? scoped.withTags(AXE_TAGS) : scoped.withRules(OF_COLOURS)), `${what}, ${colorScheme}`).toEqual([]);
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
