import { expect, test } from 'vitest';
import { describeBrowser } from './browser.ts';

test.each([
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0', 'Edge 150', 'Windows'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0', 'Firefox 150', 'Linux'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15', 'Safari 26.1', 'macOS'],
  ['Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36', 'Chrome 150', 'Android'],
  ['something else', 'something else', 'unknown'],
])('%s', (userAgent, browser, system) => {
  expect(describeBrowser({ userAgent })).toEqual({ browser, system });
});

test('client hints come first, without the made-up brand', () => {
  const brands = [{ brand: 'Not=A?Brand', version: '24' }, { brand: 'Chromium', version: '150' }, { brand: 'Opera', version: '130' }];
  expect(describeBrowser({ userAgent: '', userAgentData: { brands, platform: 'Windows' } })).toEqual({ browser: 'Opera 130', system: 'Windows' });
  expect(describeBrowser({ userAgent: '', userAgentData: { brands: brands.slice(0, 2), platform: 'Linux' } }).browser).toBe('Chromium 150');
});
