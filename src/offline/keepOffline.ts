import { say } from '../../engine/phrase.ts';
import type { Studio } from '../state/studio.ts';
import { atRest } from './atRest.ts';
import { registerOffline } from './register.ts';

/** After one visit the studio works without a network: the shell by service worker, model files by hash. */
export function keepOffline(studio: Studio): void {
  const { session: { pack }, notices } = studio;
  const end = pack.subscribe(({ model, report }) => {
    if (model !== 'ready' || report?.stored !== 'stored') return;
    end();
    // Asks that the browser does not clear the model away when the disk gets full.
    void navigator.storage?.persist?.().catch(() => false);
    // Reading the list keeps it, so that the menu has one without a network.
    void import('../../packs/pack-list.ts').then(({ fetchPackList }) => fetchPackList(document.baseURI)).catch(() => undefined);
  });
  window.addEventListener('online', () => {
    const { model, problem } = pack.getState();
    if (model === 'failed' && ['unreachable', 'part-missing'].includes(problem?.code ?? '')) void (pack.getState().manifest ? studio.session.load() : studio.open());
  });
  if (import.meta.env.PROD) {
    void registerOffline({
      onUpdate: (handOver) => notices.add('update', {
        code: 'update-ready', message: say`A new version of the studio is ready.`, detail: say`It is used from the next start on, or at once; a run under way ends then.`,
        action: {
          label: say`Use it now`,
          run: () => {
            notices.replace('update', [{ code: 'update-coming', message: say`The new version opens in a moment.`, detail: say`The one in use ends first, which can take a minute.` }]);
            void handOver();
          },
        },
      }),
      onReplaced: () => notices.replace('update', [{
        code: 'update-elsewhere', message: say`The studio was updated in another tab.`, detail: say`This tab goes on with the version it has. Reload it when its work is done: the address holds the run.`,
        action: { label: say`Reload`, run: () => location.reload() },
      }]),
      atRest: () => atRest(() => pack.getState().model === 'loading'),
      reload: () => location.reload(),
    });
  }
}
