import type { Page } from '@playwright/test';

/**
 * What the browser noted of a page: durations in milliseconds of its tasks over 50 ms; how far its layout shifted in all (as CLS, but shifts right after an input
 * count, too); and what moved up or down, with the pixels. A figure aligned to the right that gains a digit shifts, too, but only sideways.
 */
export interface Smoothness {
  tasks: number[];
  shift: number;
  jumps: string[];
}

declare global {
  interface Window {
    smoothness: Smoothness;
  }
}

/** Before the page is opened: notes long tasks and layout shifts. */
export const watchSmoothness = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    window.smoothness = { tasks: [], shift: 0, jumps: [] };
    interface Shift extends PerformanceEntry {
      value: number;
      sources: { node: Node | null; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }[];
    }
    const jump = ({ sources }: Shift) =>
      sources.flatMap(({ node, previousRect: from, currentRect: to }) => {
        const there = node instanceof Element && from.height > 0 && to.height > 0; // words wrap within their element
        const by = Math.round(to.top - from.top);
        return there && Math.abs(by) >= 2 ? [`${node.tagName.toLowerCase()}.${node.getAttribute('class') ?? ''} "${node.textContent?.slice(0, 60) ?? ''}" by ${by} px`] : [];
      });
    new PerformanceObserver((list) => window.smoothness.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as Shift[]) {
        window.smoothness.shift += entry.value;
        window.smoothness.jumps.push(...jump(entry));
      }
    }).observe({ type: 'layout-shift' });
  });

/** Forgets what was noted so far. */
export const restartSmoothness = (page: Page): Promise<void> => page.evaluate(() => void Object.assign(window.smoothness, { tasks: [], shift: 0, jumps: [] }));

export const smoothnessOf = (page: Page): Promise<Smoothness> => page.evaluate(() => window.smoothness);
