import type { Page } from '@playwright/test';

/** What the browser noted of a page: durations in milliseconds of its tasks over 50 ms, and how far its layout shifted in all (as CLS, but shifts right after an input count, too). */
export interface Smoothness {
  tasks: number[];
  shift: number;
}

declare global {
  interface Window {
    smoothness: Smoothness;
  }
}

/** Before the page is opened: notes long tasks and layout shifts. */
export const watchSmoothness = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    window.smoothness = { tasks: [], shift: 0 };
    new PerformanceObserver((list) => window.smoothness.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
    new PerformanceObserver((list) => {
      for (const { value } of list.getEntries() as (PerformanceEntry & { value: number })[]) window.smoothness.shift += value;
    }).observe({ type: 'layout-shift' });
  });

/** Forgets what was noted so far. */
export const restartSmoothness = (page: Page): Promise<void> => page.evaluate(() => void Object.assign(window.smoothness, { tasks: [], shift: 0 }));

export const smoothnessOf = (page: Page): Promise<Smoothness> => page.evaluate(() => window.smoothness);
