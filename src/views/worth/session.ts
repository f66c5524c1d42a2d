import { createWorthTimes, type WorthTimes } from '../../state/worthTimes.ts';
import { oncePer } from '../../lib/oncePer.ts';
import type { Studio } from '../../state/studio.ts';

/** The times measured on this page; they stay while other views are open. */
export const worthTimes = oncePer((studio: Studio): WorthTimes => createWorthTimes(studio.session, document.baseURI, studio.view.edit.ask));
