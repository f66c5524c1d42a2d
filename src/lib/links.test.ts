import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CLAIMS } from '../state/guide/steps.ts';
import { claimPage } from './links.ts';

it('leads to a section of docs/paper.md, where the site says where its code lies', () => {
  expect(claimPage('table-3-the-gates', 'https://code.test/dpar/')).toBe('https://code.test/dpar/blob/main/docs/paper.md#table-3-the-gates');
  expect(claimPage('table-3-the-gates', undefined)).toBeNull();
});

it('every section that the guide names is there', () => {
  const headings = readFileSync('docs/paper.md', 'utf8').match(/^## .*$/gm)!.map((line) => line.slice(3).toLowerCase().replace(/[^\w\s-]/g, '').replace(/\s/g, '-'));
  for (const section of Object.values(CLAIMS)) expect(headings).toContain(section);
});
