import { createWorthTimes, type WorthTimes } from '../../state/worthTimes.ts';
import type { Studio } from '../../state/studio.ts';

const sessions = new WeakMap<Studio, WorthTimes>();

/** The times measured on this page; they stay while other views are open. */
export function worthTimes(studio: Studio): WorthTimes {
  const known = sessions.get(studio) ?? createWorthTimes(studio.session, document.baseURI);
  sessions.set(studio, known);
  return known;
}
