import type { RunHeader } from '../../../engine/log.ts';
import type { Manifest } from '../../../engine/manifest.ts';
import { isStatic, isTokenByToken, type SettingKey } from '../../../engine/settings.ts';
import { rulesKeys } from '../../../engine/whatif.ts';
import type { HistoryEntry } from '../../history/entry.ts';
import { stepsText } from '../../history/figuresText.ts';
import { titleOf } from '../../state/runRequest.ts';
import { decimal, named, t, translated } from '../../text/t.ts';
import { changedSettings } from '../changedSettings.ts';
import { fromText } from '../givenText.ts';

/** Packs whose runs can be chosen, the page's first. */
export type Packs = readonly { name: string; manifest: Manifest }[];
type Entry = Pick<HistoryEntry, 'header' | 'patches' | 'tokens'>;

const listed = (parts: readonly string[]) => parts.filter(Boolean).join(', ');
const packOf = ({ pack }: RunHeader, packs: Packs) => packs.find(({ name }) => name === pack.name)?.manifest;

/** A run of the history: what it is, and all that sets it apart from others of its class and seed. */
export function historyText({ header, ...figures }: Entry, packs: Packs): string {
  const manifest = packOf(header, packs);
  const pack = header.pack.name === packs[0]?.name ? '' : named(manifest?.title ?? header.pack.name);
  return listed([translated(titleOf(header)), stepsText(figures), fromText(header), manifest ? changedSettings(header, manifest) : '', pack]);
}

/** The way a run was patched in a word, and the settings that the word tells. */
function wayOf({ settings }: RunHeader, manifest: Manifest | undefined): { way: string; told: readonly SettingKey[] } {
  if (manifest?.kind === 'gpt') return { way: t('plain transformer'), told: rulesKeys };
  if (isTokenByToken(settings)) return { way: t('one token per patch'), told: rulesKeys };
  if (isStatic(settings)) return { way: t('static {staticLength}', { staticLength: decimal(String(settings.staticLength)) }), told: rulesKeys };
  // Without its gate E_th decides nothing; that the gate is off is said with the other settings.
  return { way: settings.entropyGate ? `E_th ${decimal(String(settings.entropyThreshold))}` : '', told: ['entropyThreshold'] };
}

/** A run made for the comparison: the way it was patched, and what else was set. */
export function madeText(header: RunHeader, packs: Packs): string {
  const manifest = packOf(header, packs);
  const { way, told } = wayOf(header, manifest);
  return listed([translated(titleOf(header)), way, fromText(header), manifest ? changedSettings(header, manifest, told) : '']);
}
