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

/** The next run, made from the one in view with its edit and its other rules, where it has them. */
export function createGoOn({ view: { pack, run, edit, whatIf, snapshot }, settings, toast, queue, takeBack, generate }: GoOnDeps) {
  /** Makes a run from given tokens; one click brings back what was in view, edit and other rules included. `adopt`: puts its settings on the page. */
  async function goingOn(given: readonly number[], adopt: () => void): Promise<void> {
    const [back, edits, { rules }] = [snapshot(), edit.getState(), whatIf.getState()];
    adopt();
    const undo = () => {
      if (made === null) takeBack();
      back();
      edit.restore(edits);
      if (rules) whatIf.use(rules);
    };
    let made = null as number | null;
    let shown = toast.say(given.length > 0 ? say`Continuing from token ${given.length}.` : say`Generating all tokens anew.`, undo);
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
    if (toast.getState().toast?.id === shown) shown = toast.say(given.length > 0 ? say`Continued from token ${given.length}.` : say`Generated all tokens anew.`, undo);
  }

  return {
    /** A new run with the rules in view: same class and seed, and the given tokens; with an edit those that it keeps. Nothing where the pack cannot generate with them. */
    async generateWithThis(): Promise<void> {
      const { header, origin } = run.getState();
      const { manifest } = pack.getState();
      const picture = origin === 'given';
      const values = settingsUnder(whatIf.current(), run.getState(), settings.getState().values);
      if (!header || !manifest || !values || refusal(manifest, values)) return;
      const adopt = () => (picture ? settings.setAll(values) : settings.adopt({ ...header, settings: values }));
      if (edit.getState().draft) return goingOn(edit.given(), adopt);
      adopt();
      await generate(picture ? [] : header.given ?? []);
    },
    /** Goes on from the kept tokens as another run, with the rules in view; where the pack cannot generate with them, it says why not. */
    async continueFrom(given: readonly number[], classIndex: number, seed: number): Promise<void> {
      const { header } = run.getState();
      const { manifest } = pack.getState();
      // A plain transformer is shown with patches and makes none.
      const tried = manifest && manifest.kind !== 'gpt' ? whatIf.getState().rules : null;
      const values = settingsUnder(tried ?? (header && rulesOf(header.settings)), run.getState(), settings.getState().values);
      if (!values) return;
      const refused = tried && manifest && refusal(manifest, values);
      if (refused) return void toast.say(refused.message);
      await goingOn(given, () => settings.adopt({ class: classIndex, seed, settings: values }));
    },
  };
}
