import type { Phrase } from '../../engine/phrase.ts';
import type { RunHeader } from '../../engine/log.ts';
import type { RunStore } from './run.ts';
import type { ToastStore } from './toast.ts';

interface WayBackDeps {
  run: Pick<RunStore, 'getState' | 'subscribe'>;
  toast: Pick<ToastStore, 'say' | 'close'>;
  /** What was asked for before it, and is on its way, does not come any more. */
  latest: () => void;
}

export type WayBack = ReturnType<typeof createWayBack>;

/**
 * Says what came into view, and returns the way back that the toast offers, too. A way back is taken once, after those asked
 * for before it, and only while its run is the one in view; the toast closes when another one is. `comes`: the run is still
 * on its way, and this tells it from others.
 */
export function createWayBack({ run, toast, latest }: WayBackDeps) {
  let last = Promise.resolve();
  return (text: Phrase, undo: () => Promise<void>, comes?: (header: RunHeader) => boolean): (() => void) => {
    let { header } = run.getState();
    let coming = comes !== undefined;
    const inView = () => run.getState().header === header;
    const take = async () => {
      if (inView()) await undo();
    };
    let taken = false;
    const back = () => {
      if (taken) return;
      taken = true;
      latest();
      last = last.then(take, take);
    };
    const shown = toast.say(text, back);
    const off = run.subscribe(({ header: now, origin }) => {
      if (inView()) return;
      if (coming && (!now || origin === 'recorded' || comes!(now))) {
        coming = !now || origin === 'recorded';
        header = now;
        return;
      }
      toast.close(shown);
      off();
    });
    return back;
  };
}
