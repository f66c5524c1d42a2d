import { expect, test } from 'vitest';
import { sweepParts } from './sweep.ts';

const DAY = 24 * 3600 * 1000;
const at = (time: number) => new Response('x', { headers: { date: new Date(time).toUTCString() } });

test('parts of downloads that nobody went on with are removed after a week; files and fresh parts stay', async () => {
  const now = Date.UTC(2026, 0, 31);
  const entries = new Map([
    ['https://studio.test/sha256/aa', at(now - 90 * DAY)],
    ['https://studio.test/sha256/bb/part/0', at(now - 8 * DAY)],
    ['https://studio.test/sha256/bb/part/1', new Response('x')],
    ['https://studio.test/sha256/cc/part/0', at(now - 6 * DAY)],
    ['https://studio.test/sha256/dd/part/12', at(now + DAY)],
    ['https://studio.test/sha256/records', at(now - 90 * DAY)],
  ]);
  const cache = {
    keys: async () => [...entries.keys()].map((url) => new Request(url)),
    match: async ({ url }: Request) => entries.get(url),
    delete: async ({ url }: Request) => entries.delete(url),
  } as unknown as Cache;
  await sweepParts(now, async () => cache);
  expect([...entries.keys()].map((url) => url.split('/sha256/')[1])).toEqual(['aa', 'cc/part/0', 'dd/part/12', 'records']);
});

test('without storage there is nothing to remove', async () => {
  await expect(sweepParts(0, async () => { throw new DOMException('', 'SecurityError'); })).resolves.toBeUndefined();
});
