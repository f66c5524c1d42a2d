import type { Studio } from '../state/studio.ts';
import { problem } from '../state/problem.ts';
import { dropped } from './dropped.ts';
import { say } from '../../engine/phrase.ts';

/** A text field takes addresses as text; a file is not for it, and the browser would leave the page for one. */
const isField = ({ target, dataTransfer }: DragEvent) => (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) && !dataTransfer?.types.includes('Files');

/** A file dropped anywhere is opened, unless the view under it has taken it. The page is never left for a drop. */
export function listenForFiles(studio: Studio): void {
  /** A link or picture of the page itself is being dragged: nothing to open. */
  let own = false;
  window.addEventListener('pointerdown', () => { own = false; }, true);
  window.addEventListener('dragstart', () => { own = true; });
  window.addEventListener('dragend', () => { own = false; });
  const reads = ({ dataTransfer }: DragEvent) => !own && (dataTransfer?.types.some((type) => type === 'Files' || type === 'text/uri-list') ?? false);
  const mark = (on: boolean) => document.body.classList.toggle('dropping', on);
  window.addEventListener('dragover', (event) => {
    if (!reads(event) || isField(event)) return;
    if (!event.defaultPrevented) mark(true);
    event.preventDefault();
  });
  window.addEventListener('dragleave', (event) => event.relatedTarget === null && mark(false));
  window.addEventListener('drop', (event) => {
    mark(false);
    if (!reads(event) || isField(event) || event.defaultPrevented) return;
    event.preventDefault();
    const found = dropped(event.dataTransfer);
    if (found?.kind === 'pack') void import('../packs/openPack.ts').then(({ openPack }) => openPack(studio, found.pack)).catch(studio.reportUnexpected);
    if (found?.kind === 'file') void import('./openFile.ts').then(({ openFile }) => openFile(studio, found.file)).catch(studio.reportUnexpected);
    if (found?.kind === 'address') {
      studio.notices.replace('file', [problem('address-dropped', say`An address was dropped, not a file.`, say`The studio asks nothing of other sites: save the picture there first, then drop the file.`)]);
    }
  });
}
