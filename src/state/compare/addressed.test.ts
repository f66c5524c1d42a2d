import { describe, expect, it, vi } from 'vitest';
import { compareSite } from '../testing/compareSite.ts';
import { createCompare } from './compare.ts';
import { createLinkedSides, linkOfSide } from './linked.ts';

describe('sides that the address names', () => {
  const { opened, requests } = compareSite();

  it('brings in a run of another pack that an address names', async () => {
    const { page, compare } = await opened();
    const linked = createLinkedSides(compare, page);
    page.address.views.set('compare', 1, { b: { pack: 'baseline', class: 'River', seed: 7, settings: {} } });
    linked.restore();
    await vi.waitFor(() => expect(compare.getState().source.b).toEqual({ kind: 'recording', pack: 'baseline', index: 0 }));
    expect(linkOfSide(compare, 'b')).toMatchObject({ pack: 'baseline', class: 'River', seed: 7 });
  });

  it('names its second run in the address, and brings in the one that an address names', async () => {
    const { page, compare } = await opened();
    const linked = createLinkedSides(compare, page);
    page.address.views.open('compare');
    const end = linked.watch();
    await compare.against('token');
    await vi.waitFor(() => expect(page.address.views.getState().sides.b).toMatchObject({ class: 'River', seed: 7, settings: { maxPatchLength: 1 } }));
    expect(page.address.views.getState().sides.a).toBeUndefined();
    await compare.choose('b', { kind: 'view' });
    expect(page.address.views.getState().sides).toEqual({});
    end();

    page.address.views.set('compare', 1, { b: { class: 'Forest', seed: 3, settings: {}, check: { digest: 'ff'.repeat(6), pack: '0'.repeat(8), variant: 'fp32', backend: 'wasm', version: 2 } } });
    expect(linked.restore()).toBe(true);
    await vi.waitFor(() => expect(requests.at(-1)).toMatchObject({ class: 1, seed: 3 }));
    await vi.waitFor(() => expect(compare.getState().problem).toMatchObject({ code: 'link-differs' }));
    expect([linked.same('a'), linked.same('b')]).toEqual([null, false]);
    const made = requests.length;
    expect(linked.restore()).toBe(true);
    expect(requests).toHaveLength(made);
  });

  it('swapped, the address names A alone; opened elsewhere, B is the run in view again', async () => {
    const { page, compare } = await opened();
    const linked = createLinkedSides(compare, page);
    page.address.views.open('compare');
    const end = linked.watch();
    await compare.against('token');
    await vi.waitFor(() => expect(compare.getState().source.b).toEqual({ kind: 'made', index: 0 }));
    compare.swap();
    const { sides } = page.address.views.getState();
    expect(sides).toEqual({ a: expect.objectContaining({ class: 'River', seed: 7, settings: { maxPatchLength: 1 } }) });
    end();

    const elsewhere = (await opened()).page;
    const again = createCompare({ page: elsewhere, base: 'https://studio.test/', guest: () => { throw new Error('no guest'); }, readHistory: async () => { throw new Error('gone'); } });
    elsewhere.address.views.set('compare', 1, sides);
    const there = createLinkedSides(again, elsewhere);
    there.watch();
    await again.start(!there.restore());
    await vi.waitFor(() => expect(again.getState().source).toEqual({ a: { kind: 'made', index: 0 }, b: { kind: 'view' } }));
    expect(again.getState().sides.a.run.getState().header!.settings.maxPatchLength).toBe(1);
    expect(again.getState().sides.b.run.getState().header).toBe(elsewhere.view.run.getState().header);
    expect(elsewhere.address.views.getState().sides).toEqual(sides);
  });

  it('of an address that is opened while a comparison is there, what it does not name is the run in view as A, and no B', async () => {
    const { page, compare } = await opened();
    const linked = createLinkedSides(compare, page);
    linked.watch();
    const open = async (hash: string) => {
      page.address.replaceHash(hash);
      void page.reopen();
      await compare.start(!linked.restore());
      await vi.waitFor(() => expect(page.view.run.getState()).toMatchObject({ origin: 'generated', phase: 'complete' }));
    };
    await open('#pack=eurosat&class=Forest&seed=3&view=compare&a=class%3DRiver%26seed%3D21&b=class%3DForest%26seed%3D22');
    await vi.waitFor(() => expect(compare.getState().source).toMatchObject({ a: { kind: 'made' }, b: { kind: 'made' } }));
    await open('#pack=eurosat&class=Forest&seed=3&view=compare&b=class%3DForest%26seed%3D23');
    await vi.waitFor(() => expect(compare.getState().sides.b.run.getState().header).toMatchObject({ seed: 23 }));
    expect(compare.getState().source.a).toEqual({ kind: 'view' });
    await vi.waitFor(() => expect(page.address.views.getState().sides).toEqual({ b: expect.objectContaining({ seed: 23 }) }));
    await open('#pack=eurosat&class=Forest&seed=3&view=compare&b=class%3DAtlantis%26seed%3D24');
    await vi.waitFor(() => expect(compare.getState().problem).toMatchObject({ code: 'unknown-class' }));
    expect(compare.getState().source, 'the B before is not that of this address').toEqual({ a: { kind: 'view' }, b: null });
    await open('#pack=eurosat&class=Forest&seed=3&view=compare');
    await vi.waitFor(() => expect(compare.getState().source).toEqual({ a: { kind: 'view' }, b: null }));
    expect(page.address.views.getState().sides).toEqual({});
  });

  it('of two addresses that are opened one after the other, the sides of the last one come', async () => {
    const { page, compare } = await opened();
    const linked = createLinkedSides(compare, page);
    linked.watch();
    for (const seed of [31, 32]) {
      page.address.replaceHash(`#pack=eurosat&class=Forest&seed=3&view=compare&b=pack%3Dbaseline%26class%3DForest%26seed%3D${seed}`);
      void page.reopen();
      void compare.start(!linked.restore());
      await Promise.resolve();
    }
    await vi.waitFor(() => expect(compare.getState().sides.b.run.getState()).toMatchObject({ phase: 'complete', header: { seed: 32 } }));
    await vi.waitFor(() => expect(page.address.views.getState().sides.b).toMatchObject({ seed: 32 }));
    expect(requests.filter(({ seed }) => seed === 31)).toEqual([]);
  });

  it('shows a recorded run that an address names, and says what it cannot make', async () => {
    const { page, compare } = await opened();
    const linked = createLinkedSides(compare, page);
    page.address.views.set('compare', 1, { b: { class: 'River', seed: 7, settings: {} } });
    linked.watch();
    expect(page.address.views.getState().sides.b, 'what is still to come stays in the address').toBeDefined();
    linked.restore();
    await vi.waitFor(() => expect(compare.getState().source.b).toEqual({ kind: 'recording', pack: 'eurosat', index: 0 }));
    expect(requests).toEqual([]);
    page.address.views.set('compare', 1, { b: { class: 'Atlantis', seed: 7, settings: {} } });
    linked.restore();
    await vi.waitFor(() => expect(compare.getState().problem).toMatchObject({ code: 'unknown-class' }));
  });

  it('a run chosen as B while the recorded one alike is looked for stays', async () => {
    const { page } = await opened();
    let release!: (run: never) => void;
    const history = new Promise<never>((resolve) => { release = resolve; });
    const compare = createCompare({ page, base: 'https://studio.test/', guest: () => { throw new Error('no'); }, readHistory: () => history });
    const started = compare.start(true);
    while (!compare.getState().source.a) await Promise.resolve();
    const chosen = compare.choose('b', { kind: 'history', id: 'mine' });
    await started;
    const { header, events: log, digest } = page.view.run.getState();
    release({ run: { header, events: log, digest, complete: true }, picture: null } as never);
    await chosen;
    expect(compare.getState().source.b).toEqual({ kind: 'history', id: 'mine' });
  });

  it('a run chosen as A while the page goes on to another run stays', async () => {
    const { page } = await opened();
    let release!: (run: never) => void;
    const history = new Promise<never>((resolve) => { release = resolve; });
    const compare = createCompare({ page, base: 'https://studio.test/', guest: () => { throw new Error('no'); }, readHistory: () => history });
    await compare.start(false);
    compare.watchPage();
    const { header, events: log, digest } = page.view.run.getState();
    const chosen = compare.choose('a', { kind: 'history', id: 'mine' });
    await page.generate();
    release({ run: { header, events: log, digest, complete: true }, picture: null } as never);
    await chosen;
    expect(compare.getState().source.a).toEqual({ kind: 'history', id: 'mine' });
  });
});
