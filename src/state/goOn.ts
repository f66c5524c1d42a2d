import { say } from '../../engine/phrase.ts';
import { rulesOf } from '../../engine/whatif.ts';
import { refusal, settingsUnder } from './inspect/underRules.ts';
import type { RunState } from './run.ts';
import type { RunView } from './runView.ts';
import type { PackSession } from './session.ts';
import type { SettingsStore } from './settings.ts';
import type { ToastStore } from './toast.ts';
import { until } from './until.ts';

export interface GoOnDeps {
  view: RunView;
  settings: SettingsStore;
  toast: ToastStore;
  queue: PackSession['queue'];
  /** Runs that wait do so no longer. */
  takeBack: () => void;
  /** Makes a run with the settings of the page, going on from the given tokens. */
  generate: (given: readonly number[]) => Promise<void>;
}

/** The next run, made from the one in view. */
export function createGoOn({ view: { pack, run, edit, whatIf, snapshot }, settings, toast, queue, takeBack, generate }: GoOnDeps) {
  return {
    /** A new run with the rules in view: same class, seed and given tokens. Nothing where the pack cannot generate with them. */
    async generateWithThis(): Promise<void> {
      const { header, origin } = run.getState();
      const { manifest } = pack.getState();
      const picture = origin === 'given';
      const values = settingsUnder(whatIf.current(), run.getState(), settings.getState().values);
      if (!header || !manifest || !values || refusal(manifest, values)) return;
      if (picture) settings.setAll(values);
      else settings.adopt({ ...header, settings: values });
      await generate(picture ? [] : header.given ?? []);
    },
    /** Goes on from the kept tokens as another run; one click brings back what was in view. */
    async continueFrom(given: readonly number[], classIndex: number, seed: number): Promise<void> {
      const { header } = run.getState();
      const values = settingsUnder(header && rulesOf(header.settings), run.getState(), settings.getState().values);
      if (!values) return;
      const [back, edits] = [snapshot(), edit.getState()];
      settings.adopt({ class: classIndex, seed, settings: values });
      const undo = () => {
        if (made === null) takeBack();
        back();
        edit.restore(edits);
      };
      let made = null as number | null;
      let shown = toast.say(say`Continuing from token ${given.length}.`, undo);
      // The way back ends once another run than the one made here is in view.
      const asked = ({ phase, header: its }: RunState) => phase === 'running' && (its?.given ?? []).join() === given.join();
      const end = () => {
        toast.close(shown);
        off();
      };
      const off = run.subscribe((state, before) => {
        if (state.id === before.id) return;
        if (made !== null || !asked(state)) return end();
        made = state.id;
      });
      await generate(given);
      // It may still wait for the model, and for another try of one that failed.
      await until(() => made !== null || !(queue.getState().queued || queue.getState().held), queue);
      if (made === null) return end();
      await until(() => run.getState().id !== made || run.getState().phase !== 'running', run);
      if (toast.getState().toast?.id === shown) shown = toast.say(say`Continued from token ${given.length}.`, undo);
    },
  };
}
