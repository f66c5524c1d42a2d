import { describe, expect, it, vi } from 'vitest';
import { compareSite } from '../testing/compareSite.ts';
import { createCompare } from './compare.ts';
import { createLinkedSides } from './linked.ts';

const ALIKE = { kind: 'recording', pack: 'baseline', index: 0 };

describe('the run that is shown as B unasked', () => {
  const { opened } = compareSite();

  /** Compare as the page opens it, with the recorded run alike as B; `image`: the page makes a run of that class and seed. */
  async function begun() {
    const { page } = await opened();
    const compare = createCompare({ page, base: 'https://studio.test/', guest: () => { throw new Error('no guest'); }, readHistory: async () => { throw new Error('gone'); } });
    const b = () => compare.getState().source.b;
    async function image(index: number, seed: string): Promise<void> {
      page.settings.setClass(index);
      page.settings.setSeed(seed);
      await page.generate();
      expect(page.view.run.getState().header).toMatchObject({ class: index, seed: Number(seed) });
    }
    const settled = () => new Promise((resolve) => setTimeout(resolve, 50));
    return { page, compare, b, image, settled };
  }

  it('goes with A: another class or seed takes it away, and the one that it is alike brings it again', async () => {
    const { compare, b, image } = await begun();
    await compare.start(true);
    expect(b()).toEqual(ALIKE);
    const end = compare.watchPage();
    await image(8, '42');
    await vi.waitFor(() => expect(b()).toBeNull());
    expect(compare.getState().sides.b.run.getState().header).toBeNull();
    await image(8, '7');
    await vi.waitFor(() => expect(b()).toEqual(ALIKE));
    end();
    await image(1, '7');
    await compare.start(true);
    expect(b(), 'A went on while Compare was not open').toBeNull();
  });

  it('stays where A changes in its settings alone', async () => {
    const { page, compare, b, image, settled } = await begun();
    await compare.start(true);
    compare.watchPage();
    page.settings.set('entropyThreshold', 4);
    await image(8, '7');
    await settled();
    expect(b()).toEqual(ALIKE);
  });

  it('is looked for once more where A changes while it is on its way', async () => {
    const { compare, b, image, settled } = await begun();
    const started = compare.start(true);
    compare.watchPage();
    await Promise.all([started, image(8, '42')]);
    await settled();
    expect(b()).toBeNull();
    expect(compare.getState().sides.a.run.getState().header!.seed).toBe(42);
  });

  it('a run that a person chose, be it the same one, stays whatever A shows; so do sides that were swapped', async () => {
    const { compare, b, image, settled } = await begun();
    await compare.start(true);
    compare.watchPage();
    await compare.choose('b', { kind: 'recording', pack: 'baseline', index: 0 });
    await image(8, '42');
    await settled();
    expect(b()).toEqual(ALIKE);

    const swapped = await begun();
    await swapped.compare.start(true);
    swapped.compare.watchPage();
    swapped.compare.swap();
    swapped.compare.swap();
    await swapped.image(8, '42');
    await swapped.settled();
    expect(swapped.b()).toEqual(ALIKE);
  });

  it('goes from the address, too, which would bring it back', async () => {
    const { page, compare, b, image } = await begun();
    const linked = createLinkedSides(compare, page);
    page.address.views.open('compare');
    await compare.start(!linked.restore());
    linked.watch();
    compare.watchPage();
    expect(page.address.views.getState().sides.b).toMatchObject({ pack: 'baseline', seed: 7 });
    await image(8, '42');
    await vi.waitFor(() => expect(b()).toBeNull());
    expect(page.address.views.getState().sides).toEqual({});
    expect(linked.restore()).toBe(false);
    expect(b()).toBeNull();
  });
});
