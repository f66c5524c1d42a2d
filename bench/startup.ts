import type { BrowserContext } from '@playwright/test';
import { interleaved, type Bench, type Context } from './harness.ts';
import { bytesByKind, kinds } from './lib/kinds.ts';
import type { Sent } from './lib/server.ts';
import { ratios, summary } from '../engine/statistics.ts';

interface Visit {
  /** Milliseconds from the address to: the page drawn, the model ready, and the first token after Generate was pressed at once. */
  drawn: number;
  ready: number;
  token: number;
  bytes: Record<string, number>;
}

async function visit(context: BrowserContext, address: string, sent: Sent[]): Promise<Visit> {
  const page = await context.newPage();
  sent.length = 0;
  const start = performance.now();
  await page.goto(address);
  await page.locator('.run-title').waitFor();
  const drawn = performance.now() - start;
  await page.locator('.status-chip[data-model="ready"]').waitFor({ timeout: 300_000 });
  const ready = performance.now() - start;
  await page.getByRole('button', { name: 'Generate', exact: true }).click();
  await page.waitForFunction(() => document.querySelector('.run-title .chip')?.textContent !== 'Recorded' && Number(document.querySelector('[data-figure="tokens"]')?.textContent) > 0, undefined, { polling: 10, timeout: 120_000 });
  const token = performance.now() - start;
  // The rest of the run would slow the next visit.
  await page.close();
  return { drawn, ready, token, bytes: bytesByKind(sent) };
}

async function run({ repeats, host }: Context) {
  const server = await host.studio();
  const browser = await host.browser();
  let context = await browser.newContext();
  const visits = await interleaved({
    cold: async () => {
      await context.close();
      context = await browser.newContext();
      return visit(context, `${server.origin}/`, server.sent);
    },
    warm: () => visit(context, `${server.origin}/`, server.sent),
  }, { repeats, warmups: 0, order: 'kept' });
  await context.close();
  const row = (what: string, all: Visit[]) => ({
    visit: what, 'page drawn, ms': summary(all.map(({ drawn }) => drawn)), 'model ready, ms': summary(all.map(({ ready }) => ready)),
    'first token, ms': summary(all.map(({ token }) => token)),
    ...Object.fromEntries(kinds.map(([kind]) => [`${kind}, MB`, summary(all.map(({ bytes }) => bytes[kind]! / 1e6)).median])),
  });
  return {
    rows: [row('first visit', visits.cold), row('second visit', visits.warm)],
    ratio: ratios(visits.cold.map(({ token }) => token), visits.warm.map(({ token }) => token)),
  };
}

export const bench: Bench = {
  name: 'startup',
  title: 'From the address to the first token',
  about: 'The built studio in Chromium on WebAssembly with the pack that the site opens with, with an empty profile and again in the same profile. The server is on the same machine, so the network costs nothing here. Bytes are listed beside, by kind, as sent (uncompressed). Generate is pressed as soon as the model is ready.',
  goal: { text: 'recorded, no goal (first visit over second visit)' },
  run,
};
