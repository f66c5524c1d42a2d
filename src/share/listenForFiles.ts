import { packItems } from '../packs/packItems.ts';
import type { Studio } from '../state/studio.ts';

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

/** A file dropped anywhere is opened, unless the view under it has taken it. The page is never left for it. */
export function listenForFiles(studio: Studio): void {
  const mark = (on: boolean) => document.body.classList.toggle('dropping', on);
  window.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return;
    if (!event.defaultPrevented) mark(true);
    event.preventDefault();
  });
  window.addEventListener('dragleave', (event) => event.relatedTarget === null && mark(false));
  window.addEventListener('drop', (event) => {
    mark(false);
    if (!hasFiles(event) || event.defaultPrevented) return;
    event.preventDefault();
    const pack = packItems(event.dataTransfer);
    if (pack) {
      void import('../packs/openPack.ts').then(({ openPack }) => openPack(studio, pack)).catch(studio.reportUnexpected);
      return;
    }
    const file = event.dataTransfer?.files[0];
    if (file) void import('./openFile.ts').then(({ openFile }) => openFile(studio, file)).catch(studio.reportUnexpected);
  });
}
