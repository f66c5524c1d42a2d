/** What a pack makes of settings: its classes by name, what it leaves no choice in, what it cannot generate with. */
import { StudioError } from './errors.ts';
import { patchWindow, type Manifest } from './manifest.ts';
import { listed, say } from './phrase.ts';
import { findSetting, formatSetting, isStatic, longestAllowedPatch, Settings, settingsTable, tokenByToken, type SettingKey } from './settings.ts';

/** More classes than these are counted in a message, not listed. */
const MOST_LISTED = 24;

export type Classes = Pick<Manifest, 'classes' | 'name'>;

function findClass({ classes }: Classes, text: string): number {
  const wanted = text.trim().toLowerCase();
  const exact = classes.findIndex((c) => c.id === text.trim());
  const index = exact < 0 ? classes.findIndex((c) => c.id.toLowerCase() === wanted || c.label.toLowerCase() === wanted) : exact;
  return index < 0 && /^\d+$/.test(wanted) && Number(wanted) <= classes.length ? Number(wanted) : index;
}

/** Class index from an id, a label (letter case aside) or an index, the null class's included. Throws `unknown-class` with their names, or how many there are. */
export function resolveClass(manifest: Classes, text: string): number {
  const index = findClass(manifest, text);
  if (index >= 0) return index;
  const { name, classes } = manifest;
  const hint = classes.length > MOST_LISTED ? say`It has ${classes.length}, by name or by number from 0.` : say`Use one of ${listed(classes.map(({ label }) => label))}.`;
  throw new StudioError('unknown-class', say`The pack ${name} has no class "${text}". ${hint}`);
}

/** Class index to move away from, of a text as `resolveClass` takes it; undefined for none, which is the null class. Throws `unknown-class`. */
export function resolveAgainst(manifest: Classes, text: string): number | undefined {
  const index = /^\s*(none)?\s*$/i.test(text) && findClass(manifest, text) < 0 ? manifest.classes.length : resolveClass(manifest, text);
  return index < manifest.classes.length ? index : undefined;
}

/** Throws `unknown-class` for a class that the pack does not have, `bad-setting` for the image's own: there would be nothing to move away from. */
export function checkAgainst({ name, classes }: Classes, request: { class: number; settings: Settings }): void {
  const { against } = request.settings;
  if (against === undefined) return;
  const entry = classes[against];
  if (!entry) throw new StudioError('unknown-class', say`${findSetting('against').name}: The pack ${name} has classes 0 to ${classes.length - 1}, got ${against}.`);
  if (against === request.class) throw new StudioError('bad-setting', say`${findSetting('against').name}: ${entry.id} is the class of the image itself. Use another class, or none.`);
}

/** The text that `resolveClass` takes for this class, the null class's index included: an id, or where none is, what no class is called. */
export function classText(manifest: Classes, index: number): string {
  const id = manifest.classes[index]?.id;
  if (id !== undefined) return id;
  for (let text = String(index); ; text = `0${text}`) if (resolveClass(manifest, text) === index) return text;
}

/** The first of these indices that is one of a pack's `count` classes, which the null class's is not; 0 where none is. */
export const existingClass = (count: number, ...wanted: readonly number[]): number => wanted.find((index) => index < count) ?? 0;

const fixed: Readonly<Record<Manifest['kind'], readonly SettingKey[]>> = {
  dpar: [],
  gpt: ['entropyThreshold', ...(Object.keys(tokenByToken) as (keyof typeof tokenByToken)[])],
};
/** Settings that a pack leaves no choice in: a GPT has no patches to cut. The same array at every call. */
export const fixedSettings = (manifest: Pick<Manifest, 'kind'>): readonly SettingKey[] => fixed[manifest.kind];

/** Throws `bad-setting` for settings that the pack cannot generate with (a patch longer than its patch window, a static scheme without length, what it fixes). */
export function checkSettings(manifest: Pick<Manifest, 'grid' | 'model' | 'kind' | 'defaults'>, settings: Settings): void {
  const parsed = Settings.safeParse(settings);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const key = String(issue.path[0] ?? '');
    const property = settingsTable.find((p) => p.key === key);
    throw new StudioError('bad-setting', say`${property?.name ?? (key || 'settings')}: ${issue.message}.`);
  }
  const changed = fixedSettings(manifest).find((key) => settings[key] !== manifest.defaults[key]);
  if (changed) {
    throw new StudioError('bad-setting', say`${findSetting(changed).name} is fixed at ${formatSetting(manifest.defaults[changed])}: this pack is a plain transformer, without patches. Leave it out.`);
  }
  if (isStatic(settings) && settings.staticLength === null) {
    throw new StudioError('bad-setting', say`All three switches are off, so the static patch length must be set (a number of tokens), or turn a switch on.`);
  }
  const longest = longestAllowedPatch(settings, manifest.grid.width, manifest.grid.tokens);
  const most = patchWindow(manifest.model);
  if (longest > most) {
    throw new StudioError('bad-setting', say`These settings allow patches of ${longest} tokens; this pack generates with patches of at most ${most}. Lower P_max or the static patch length, or turn P_max or row reset on.`);
  }
}
