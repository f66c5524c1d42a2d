import { createStore } from 'zustand/vanilla';
import { readPermalink, writePermalink } from '../../engine/permalink.ts';
import type { Sides } from './address.ts';
import type { Visit } from './visits.ts';

/** The views of the studio in the order of the bar; `id` is the address's `view`. Their components are in src/views/routes.tsx. */
export const VIEWS = [
  { id: 'generate', label: 'Generate' },
  { id: 'inspect', label: 'Inspect' },
  { id: 'compare', label: 'Compare' },
  { id: 'guide', label: 'Guide' },
] as const;
export type ViewId = (typeof VIEWS)[number]['id'];

const DEFAULT_VIEW: ViewId = 'generate';

const isView = (name: string | undefined): name is ViewId => VIEWS.some(({ id }) => id === name);

/** The hash with another view in it, all else as it was; a comparison has its sides. */
export function withView(hash: string, view: ViewId, { step = 1, sides = {} }: { step?: number; sides?: Sides } = {}): string {
  const { value } = readPermalink(hash);
  delete value.view;
  delete value.step;
  if (view === 'compare') Object.assign(value, sides);
  else {
    delete value.a;
    delete value.b;
  }
  return writePermalink(view === DEFAULT_VIEW ? value : { ...value, view, ...(step > 1 && { step }) });
}

/** The open view, kept in the address; another view is a new entry of the browser's history. */
export function createViews(hash: () => string, replaceHash: (hash: string) => void, visit: Visit = (_, to) => replaceHash(to)) {
  /** `links`: how many addresses of a comparison were opened, each of which says the whole of it. */
  const store = createStore<{ view: ViewId; step: number; sides: Sides; links: number }>(() => ({ view: DEFAULT_VIEW, step: 1, sides: {}, links: 0 }));
  /** The hash of another view of what is on the page. */
  const link = (view: ViewId): string => withView(hash(), view, { sides: store.getState().sides });
  return {
    ...store, link,
    /** The address's view; a name that is none is the default one. `opened`: as an address that was opened, not one that the page comes back to. */
    set(name: string | undefined, step = 1, sides: Sides = {}, opened = false): void {
      const { links } = store.getState();
      store.setState({ view: isView(name) ? name : DEFAULT_VIEW, step, sides, links: opened && name === 'compare' ? links + 1 : links });
    },
    open(view: ViewId): void {
      const [same, from, to] = [store.getState().view === view, hash(), link(view)];
      store.setState({ view, step: 1 });
      if (same) replaceHash(to);
      else visit(from, to);
    },
    /** The step of a view that has steps, counted from 1. */
    setStep(step: number): void {
      store.setState({ step });
      replaceHash(withView(hash(), store.getState().view, { step }));
    },
    /** The runs of a comparison that are not the one in view. */
    setSides(sides: Sides): void {
      store.setState({ sides });
      const { view } = store.getState();
      if (view !== 'compare') return;
      const { value } = readPermalink(hash());
      delete value.a;
      delete value.b;
      replaceHash(writePermalink({ ...value, ...sides }));
    },
    /** What the address of any run carries along. */
    extra: (): { view?: ViewId; step?: number } & Sides => {
      const { view, step, sides } = store.getState();
      return view === DEFAULT_VIEW ? {} : { view, ...(step > 1 && { step }), ...(view === 'compare' && sides) };
    },
  };
}
