import { rulesOf } from '../../../engine/whatif.ts';
import { cutPicture } from '../../lib/cutPicture.ts';
import { toImage } from '../pictures.ts';
import { askAgain } from '../recovery.ts';
import type { ToastStore } from '../toast.ts';
import { createDesk, type DeskDeps } from './desk.ts';
import { createEdit } from './edit.ts';
import { createShown } from './shown.ts';
import { createWhatIf } from './whatIf.ts';

export interface InspectDeps extends Omit<DeskDeps, 'read' | 'cut'> {
  toast: ToastStore;
  /** Makes a run with the settings of the page, going on from the given tokens. */
  generate: (given: readonly number[]) => Promise<void>;
}

export type Inspect = ReturnType<typeof createInspect>;

/** Everything that looks at a run or asks "what if", on top of the run in view. */
export function createInspect(deps: InspectDeps) {
  const { run, settings, playback, pack, toast } = deps;
  const whatIf = createWhatIf(run);
  const ready = () => (pack.getState().model === 'ready' && run.getState().phase !== 'running' ? deps.client() : null);
  const edit = createEdit(run, {
    async paint(tokens) {
      const client = ready();
      const painted = client && await askAgain(() => client.paint(tokens), deps.loadModel);
      return painted?.ok ? { image: toImage(painted.value), size: painted.value.size, cells: painted.value.cells } : null;
    },
    async score(tokens) {
      const client = ready();
      const scored = client && await askAgain(() => client.score(tokens, () => undefined), deps.loadModel);
      return scored?.ok ? scored.value : null;
    },
  });
  const shown = createShown({ run, whatIf, edit });
  // What knows the kinds of pictures is fetched with the first one.
  const read = async (file: Blob, name: string) => (await import('../../lib/readPicture.ts')).readPicture(file, name);
  const stop = async () => {
    await deps.stop();
    await edit.settle();
  };
  const desk = createDesk({ ...deps, stop, read, cut: cutPicture });

  /** The run in view as the next one's settings; a picture's run has none of its own but its rules. */
  function adopt(): void {
    const { header, origin } = run.getState();
    const rules = whatIf.current();
    const { values } = settings.getState();
    if (!header || !values) return;
    const own = origin === 'given';
    settings.setAll({ ...(own ? values : header.settings), ...rules });
    if (own) return;
    settings.setClass(header.class);
    settings.setSeed(String(header.seed));
  }

  return {
    whatIf, edit, shown, desk,
    /** The model is at work for a picture or an edit. */
    busy: (): boolean => desk.busy() || edit.busy(),
    /** Ends that, or waits for its end, so that something else can run. */
    async settle(): Promise<void> {
      await desk.settle();
      await edit.settle();
    },
    /** A new run with the rules in view: same class, seed and given tokens. */
    async generateWithThis(): Promise<void> {
      const { header, origin } = run.getState();
      adopt();
      await deps.generate(origin === 'given' ? [] : header?.given ?? []);
    },
    /** Goes on from the kept tokens as another run; one click brings back what was in view. */
    async continueFrom(given: readonly number[], classIndex: number, seed: number): Promise<void> {
      const before = { run: run.getState(), edit: edit.getState(), cursor: playback.getState().cursor };
      if (!before.run.header) return;
      const rules = rulesOf(before.run.header.settings);
      const { values } = settings.getState();
      settings.setAll(before.run.origin === 'given' ? { ...values!, ...rules } : before.run.header.settings);
      settings.setClass(classIndex);
      settings.setSeed(String(seed));
      toast.say(`Going on from token ${given.length}.`, () => {
        run.restore(before.run);
        edit.restore(before.edit);
        playback.restart('paused');
        playback.seek(before.cursor);
      });
      await deps.generate(given);
    },
    /** Calls back whenever something that is shown changed. */
    subscribe(changed: () => void): () => void {
      const ends = [whatIf.subscribe(changed), edit.subscribe(changed)];
      return () => ends.forEach((end) => end());
    },
  };
}
