import { describe, expect, it } from 'vitest';
import { barX, cursorAt, entropyAt, levelY, stripGeometry } from './geometry.ts';

const g = stripGeometry(800, 150, 256, Math.log(1024));

describe('strip geometry', () => {
  it('has margins that grow with the letters in them', () => {
    const large = stripGeometry(800, 300, 256, Math.log(1024), 1.5);
    expect([large.left, large.height - large.top - large.plotHeight]).toEqual([1.5 * g.left, 1.5 * (g.height - g.top - g.plotHeight)]);
  });

  it('puts the pointer over the bar that it shows last', () => {
    for (const token of [0, 1, 17, 128, 255]) expect(cursorAt(g, barX(g, token) + g.pitch / 2)).toBe(token + 1);
  });

  it('stays within the run outside the plot', () => {
    expect(cursorAt(g, -50)).toBe(1);
    expect(cursorAt(g, 5000)).toBe(256);
  });

  it('goes from no entropy at the base to ln V at the top', () => {
    expect(levelY(g, 0)).toBe(g.top + g.plotHeight);
    expect(levelY(g, Math.log(1024))).toBe(g.top);
    expect(levelY(g, 99)).toBe(g.top);
  });

  it('reads the level back from where it is drawn', () => {
    for (const entropy of [0, 1.5, 5.9, Math.log(1024)]) expect(entropyAt(g, levelY(g, entropy))).toBeCloseTo(entropy);
    expect([entropyAt(g, -100), entropyAt(g, 1000)]).toEqual([Math.log(1024), 0]);
  });
});
