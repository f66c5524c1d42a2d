import { createStore } from 'zustand/vanilla';
import { createPack } from '../pack.ts';
import { fetchRecording } from '../packFiles.ts';
import { toProblem, type Problem } from '../problem.ts';
import { createRunView } from '../runView.ts';
import type { Studio } from '../studio.ts';
import { patchedPack } from '../packsBeside.ts';
import { clampStep, recordingFor, STEPS } from './steps.ts';

export interface GuideState {
  /** From 1. */
  step: number;
  /** loading: its run is being fetched. none: the pack has no recorded run and nothing else is in view. */
  phase: 'loading' | 'ready' | 'none';
  problem: Problem | null;
}

export type Guide = ReturnType<typeof createGuide>;

/** The tour on recorded runs of a pack that has patches; the run of the page stays as it is. Needs no weights. */
export function createGuide(page: Studio, base: string, still: () => boolean) {
  const store = createStore<GuideState>(() => ({ step: 1, phase: 'loading', problem: null }));
  const pack = createPack();
  const view = createRunView({ pack });
  const { run, playback, whatIf } = view;
  /** Recording shown now, with its pack. */
  let shown = '';

  /** The run of a step into view, unless it is there already; false when there is none. */
  async function bring(index: number, step: number): Promise<boolean> {
    const { manifest, manifestUrl } = pack.getState();
    const recording = manifest?.recordings[index];
    if (!manifest) return false;
    if (!recording) {
      const there = page.view.run.getState();
      if (there.header?.pack.name !== manifest.name) return false;
      shown = '';
      run.restore(there);
      return true;
    }
    const key = `${manifestUrl}#${recording.id}`;
    if (key === shown) return true;
    const recorded = await fetchRecording(recording, { manifest, manifestUrl });
    if (store.getState().step !== step) return true;
    view.run.showRecorded(recorded);
    shown = key;
    return true;
  }

  /** Its pack takes the place of the page's where that has no patches to show; resolves when it is there, with or without its weights. */
  async function takePack(): Promise<void> {
    const { name } = pack.getState();
    if (name !== page.session.pack.getState().name) await page.choosePack(name);
  }

  return {
    ...store, view, takePack,
    /** Opens a step: its run, cursor and cell. */
    async go(wanted: number): Promise<void> {
      const step = clampStep(wanted);
      store.setState({ step, problem: null });
      const { cell, show, ...rest } = STEPS[step - 1]!;
      try {
        const from = await patchedPack(page.session.pack.getState(), base);
        if (!from || store.getState().step !== step) return;
        const { manifest } = from;
        if (manifest !== pack.getState().manifest) pack.setState(from);
        const there = await bring(recordingFor({ cell, show, ...rest }, manifest.recordings, manifest.classes), step);
        if (store.getState().step !== step) return;
        store.setState({ phase: there ? 'ready' : 'none' });
        if (!there) return;
      } catch (error) {
        store.setState({ problem: toProblem(error), phase: 'ready' });
        return;
      }
      whatIf.clear();
      const { events, header } = run.getState();
      playback.restart('paused');
      if (show === 'play' && !still()) playback.play(false);
      else playback.seek(Infinity);
      playback.pinCell(cell(events, header!.grid.width));
    },
    /** Makes the run of the step on the page, with the rules in view. */
    async generateWithThis(): Promise<void> {
      const { header } = run.getState();
      const rules = whatIf.current();
      if (!header || !rules) return;
      await takePack();
      if (pack.getState().name !== page.session.pack.getState().name) return;
      page.settings.adopt({ ...header, settings: { ...header.settings, ...rules } });
      page.address.views.open('generate');
      await page.generate();
    },
    /** The run of the step becomes the page's, with its pack, so that other views show it; returns the way back. */
    async takeAlong(): Promise<() => Promise<void>> {
      const same = pack.getState().name === page.session.pack.getState().name;
      const back = same ? page.view.snapshot() : await page.remember();
      await takePack();
      page.view.restore(run.getState());
      const publish = () => page.address.publish(page.view.run.getState());
      publish();
      return async () => {
        await back();
        if (same) publish();
      };
    },
  };
}
