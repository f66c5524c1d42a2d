import { say } from '../../engine/phrase.ts';
import type { RunHeader } from '../../engine/log.ts';
import type { Rules } from '../../engine/patchify.ts';
import type { Settings } from '../../engine/settings.ts';
import { rulesOf } from '../../engine/whatif.ts';
import type { RunView } from './runView.ts';
import type { SettingsStore } from './settings.ts';
import type { ToastStore } from './toast.ts';

export interface GoOnDeps {
  view: RunView;
  settings: SettingsStore;
  toast: ToastStore;
  /** Makes a run with the settings of the page, going on from the given tokens. */
  generate: (given: readonly number[]) => Promise<void>;
}

/** The next run, made from the one in view. */
export function createGoOn({ view: { run, edit, whatIf, snapshot }, settings, toast, generate }: GoOnDeps) {
  /** Settings of the run in view under other rules; a picture's run has none of its own but these. */
  const settingsOf = (header: RunHeader, rules: Rules | null): Settings => ({ ...(run.getState().origin === 'given' ? settings.getState().values! : header.settings), ...rules });

  return {
    /** A new run with the rules in view: same class, seed and given tokens. */
    async generateWithThis(): Promise<void> {
      const { header, origin } = run.getState();
      const picture = origin === 'given';
      if (header && settings.getState().values) {
        const values = settingsOf(header, whatIf.current());
        if (picture) settings.setAll(values);
        else settings.adopt({ ...header, settings: values });
      }
      await generate(picture ? [] : header?.given ?? []);
    },
    /** Goes on from the kept tokens as another run; one click brings back what was in view. */
    async continueFrom(given: readonly number[], classIndex: number, seed: number): Promise<void> {
      const { header } = run.getState();
      if (!header) return;
      const [back, edits] = [snapshot(), edit.getState()];
      settings.adopt({ class: classIndex, seed, settings: settingsOf(header, rulesOf(header.settings)) });
      const undo = () => {
        back();
        edit.restore(edits);
      };
      let shown = toast.say(say`Continuing from token ${given.length}.`, undo);
      // The way back ends once another run than the one made here is in view.
      let made = null as number | null;
      const off = run.subscribe(({ id }, before) => {
        if (id === before.id) return;
        if (made === null) {
          made = id;
          return;
        }
        toast.close(shown);
        off();
      });
      await generate(given);
      if (made === null) {
        toast.close(shown);
        off();
      } else if (toast.getState().toast?.id === shown) shown = toast.say(say`Continued from token ${given.length}.`, undo);
    },
  };
}
