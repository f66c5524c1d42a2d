import { expect, test } from 'vitest';
import { spareGpu } from './spareGpu.ts';

const SAFARI = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';

test.each<[string, string, number, boolean]>([
  ['Safari on an iPhone with iOS 26', `Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) ${SAFARI} Version/26.0 Mobile/15E148 Safari/604.1`, 5, true],
  ['Chrome on an iPhone', `Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) ${SAFARI} CriOS/150.0.0.0 Mobile/15E148 Safari/604.1`, 5, true],
  ['Safari on an iPad', `Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) ${SAFARI} Version/26.0 Mobile/15E148 Safari/604.1`, 5, true],
  ['Safari on an iPad that asks for desktop pages', `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${SAFARI} Version/26.0 Safari/605.1.15`, 5, true],
  ['Safari on a Mac', `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${SAFARI} Version/26.0 Safari/605.1.15`, 0, false],
  ['Chrome on Android', 'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36', 5, false],
  ['Edge on a tablet with Windows', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0', 10, false],
])('the GPU is spared on what needs it, and only there: %s', (_, userAgent, maxTouchPoints, spared) => {
  expect(spareGpu({ userAgent, maxTouchPoints })?.code).toBe(spared ? 'gpu-spared' : undefined);
});
