import { say } from '../../engine/phrase.ts';
import { keep, readKept } from '../lib/kept.ts';
import { isLocalPack } from './localPacks.ts';
import { problem, type Problem } from './problem.ts';

/** Kept for the tab: a reload has only the pack's name, which a pack of this site may have, too. */
const KEY = 'dpar-pack-elsewhere';
const isAny = (value: string | null): value is string => value !== null;

/** The pack in view has come from a device or another address; null: it is one of this site. */
export const keepElsewhere = (pack: { name: string; manifestUrl: string } | null): void =>
  keep(KEY, pack && `${pack.name} ${pack.manifestUrl}`, 'sessionStorage');

/** Where the pack of this name came from, if the last one in view was it and not of this site. */
export function elsewhere(name: string): string | null {
  const kept = readKept(KEY, isAny, 'sessionStorage');
  return kept?.startsWith(`${name} `) ? kept.slice(name.length + 1) : null;
}

/** The page was loaded again, and may not take up such a pack unasked. */
export const packLeft = (name: string, manifestUrl: string): Problem => (isLocalPack(manifestUrl)
  ? problem('pack-left', say`The pack "${name}" came from this device. A page cannot read its files again by itself.`, say`Choose its folder or zip again: class, seed and settings of the address are used.`)
  : problem('pack-left', say`The pack "${name}" comes from ${new URL(manifestUrl).host}, not from this site.`, say`It is loaded again when you agree: class, seed and settings of the address are used.`));
