import { expect, test } from 'vitest';
import type { RunHeader } from '../../engine/log.ts';
import { checkOf } from './linkCheck.ts';
import { compareWithLink, explainDifference } from './linkDifference.ts';
import { english } from '../../engine/phrase.ts';

const header = { pack: { name: 'nano', hash: 'ab'.repeat(32) }, variant: 'fp32', backend: 'wasm', sampler: 'gumbel' } as RunHeader;
const digest = '12'.repeat(32);
const link = checkOf(header, digest);

test('a link carries twelve digits of the digest and eight of the pack', () => {
  expect(link).toEqual({ digest: '121212121212', pack: 'abababab', variant: 'fp32', backend: 'wasm', version: 2 });
});

test('the same run is the same', () => {
  expect(compareWithLink(link, header, digest)).toEqual({ header, same: true, older: false, differs: [] });
});

test('every difference is named', () => {
  const other = { pack: { name: 'nano', hash: 'cd'.repeat(32) }, variant: 'q8', backend: 'webgpu', sampler: 'gumbel' } as RunHeader;
  const outcome = compareWithLink(link, other, '34'.repeat(32));
  expect(outcome).toMatchObject({ same: false });
  expect(outcome.differs.map(english)).toEqual([/version \(cdcdcdcd here, abababab in the link\)/, /variant q8, the link's were fp32/, /on WebGPU, the link's ran on WebAssembly/].map((words) => expect.stringMatching(words)));
  expect(english(explainDifference(outcome))).toMatch(/^The pack is another version/);
  expect(english(explainDifference(compareWithLink(link, header, '34'.repeat(32))))).toContain('are the same');
});

test('a link of version 1 says in one sentence why its seed gives another picture now', () => {
  const { sampler, ...first } = header;
  expect(sampler).toBe('gumbel');
  const outcome = compareWithLink(checkOf(first, digest), header, '34'.repeat(32));
  expect(outcome).toMatchObject({ same: false, older: true });
  expect(english(explainDifference(outcome))).toMatch(/^[^.]+since version 2[^.]+gives another picture now\.$/);
});
