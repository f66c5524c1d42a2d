/** What a person may set for a run: one table drives the command line, the permalink and the page. */
import * as z from 'zod/mini';
import english from 'zod/v4/locales/en.js';
import { StudioError } from './errors.ts';
import { say, term, type Phrase } from './phrase.ts';
import type { Manifest } from './manifest.ts';
import { MAX_CLASSES } from './names.ts';
import { MOST_POSITIONS } from './window.ts';

// zod would probe for `new Function`, which the site's policy refuses and reports.
z.config({ ...english(), jitless: true });

const within = (type: z.ZodMiniNumber<number>, min: number, max: number) => type.check(z.minimum(min), z.maximum(max));

export const Settings = z.object({
  guidance: within(z.number(), 0, 20),
  temperature: within(z.number(), 0, 5),
  topK: within(z.int(), 0, 65536),
  topP: within(z.number(), 0.01, 1),
  entropyThreshold: within(z.number(), 0, 20),
  maxPatchLength: within(z.int(), 1, 1024),
  entropyGate: z.boolean(),
  lengthGate: z.boolean(),
  rowReset: z.boolean(),
  staticLength: z.nullable(within(z.number(), 1, 1024)),
  /** Positions that a pass decodes: how a run is made, not what it comes to (engine/window.ts). Absent: what is fastest where it runs. */
  window: z.optional(within(z.int(), 1, MOST_POSITIONS)),
  /** Class index that guidance moves away from. Absent: the null class, which has no class. */
  against: z.optional(within(z.int(), 0, MAX_CLASSES - 1)),
});
export type Settings = z.infer<typeof Settings>;
export type SettingKey = keyof Settings;

export interface SettingProperty {
  key: SettingKey;
  /** Symbol or name for messages and tables. */
  symbol: string;
  label: Phrase;
  /** '' when the number has none. */
  unit: '' | 'nats' | 'tokens';
  kind: 'number' | 'integer' | 'switch' | 'optional' | 'auto' | 'class';
  min: number;
  max: number;
  step: number;
  /** Key in the permalink and a short name on the command line. */
  short: string;
  help: Phrase;
}

const row = (
  key: SettingKey, symbol: string, label: Phrase, unit: SettingProperty['unit'], kind: SettingProperty['kind'],
  min: number, max: number, step: number, short: string, help: Phrase,
): SettingProperty => ({ key, symbol, label, unit, kind, min, max, step, short, help });

export const settingsTable: readonly SettingProperty[] = [
  row('guidance', 'guidance', say`Guidance`, '', 'number', 0, 20, 0.05, 'g', say`scale s of null + s (class - null); 1 runs without null rows`),
  row('temperature', 'temperature', say`Temperature`, '', 'number', 0, 5, 0.05, 'temp', say`0 is greedy`),
  row('topK', 'top-k', say`Top-k`, 'tokens', 'integer', 0, 65536, 1, 'k', say`sample from the k most likely tokens; 0 is off`),
  row('topP', 'top-p', say`Top-p`, '', 'number', 0.01, 1, 0.01, 'p', say`sample from the most likely tokens that hold this share; 1 is off`),
  row('entropyThreshold', 'E_th', say`Entropy threshold`, 'nats', 'number', 0, 20, 0.05, 'eth', say`a token whose entropy is above it opens a patch`),
  row('maxPatchLength', 'P_max', say`Longest patch`, 'tokens', 'integer', 1, 1024, 1, 'pmax', say`1 is one token per patch`),
  row('entropyGate', 'entropy gate', say`Entropy gate`, '', 'switch', 0, 1, 1, 'eg', say`high entropy opens a patch`),
  row('lengthGate', 'length gate', say`Length gate`, '', 'switch', 0, 1, 1, 'lg', say`a patch of P_max tokens is full`),
  row('rowReset', 'row reset', say`Row reset`, '', 'switch', 0, 1, 1, 'rr', say`a new row opens a patch`),
  row('staticLength', 'static length', say`Static patch length`, 'tokens', 'optional', 1, 1024, 0.01, 'static', say`mean length of static patches when all three switches are off; none is off`),
  row('window', 'window', say`Window`, 'tokens', 'auto', 1, MOST_POSITIONS, 1, 'window', say`positions that a pass decodes; changes the time, never the picture`),
  row('against', 'against', say`Less like`, '', 'class', 0, MAX_CLASSES - 1, 1, 'against', say`a class that guidance moves away from, in place of the null class`),
];

/** The property of a key or a short key, letter case aside. Throws `bad-setting` naming all keys. */
export function findSetting(name: string): SettingProperty {
  const wanted = name.trim().toLowerCase();
  const found = settingsTable.find((p) => p.key.toLowerCase() === wanted || p.short === wanted);
  if (found) return found;
  throw new StudioError('bad-setting', say`There is no setting "${name}". Use one of ${settingsTable.map((p) => p.key).join(', ')}.`);
}

/** Whether its values are whole numbers. */
export const isWhole = ({ kind }: SettingProperty): boolean => kind === 'integer' || kind === 'auto' || kind === 'class';
/** What stands for no value of one's own: of a setting that may have none. */
export const noValue: Partial<Record<SettingProperty['kind'], string>> = { optional: 'none', auto: 'auto', class: 'none' };

function noun(property: SettingProperty): Phrase {
  const { kind, unit } = property;
  const number = kind === 'class' ? say`a class of the pack` : isWhole(property) ? say`a whole number of ${term(unit)}` : unit === 'nats' ? say`a number in nats` : unit ? say`a number of ${term(unit)}` : say`a number`;
  const none = noValue[kind];
  return none ? say`${number} or ${none}` : number;
}

type Classes = Pick<Manifest, 'classes' | 'name'>;

const readNumber = (text: string): number => (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN);

/** A setting's value from text. Throws `bad-setting`, e.g. 'E_th must be a number in nats, got "abc"'. Without its pack a class is read by its index only. */
export function parseSetting<K extends SettingKey>(key: K, text: string, pack?: Classes): Settings[K] {
  const property = findSetting(key);
  const trimmed = text.trim();
  const lower = trimmed.toLowerCase();
  const fail = (want: Phrase) => new StudioError('bad-setting', say`${property.symbol} must be ${want}, got "${text}".`);
  if (property.kind === 'switch') {
    if (['1', 'true', 'on', 'yes'].includes(lower)) return true as Settings[K];
    if (['0', 'false', 'off', 'no'].includes(lower)) return false as Settings[K];
    throw fail(say`on or off`);
  }
  if (property.kind === 'class' && pack) return resolveAgainst(pack, text) as Settings[K];
  const optional = property.kind === 'optional';
  if (optional && ['none', 'null', 'off', ''].includes(lower)) return null as Settings[K];
  if ((property.kind === 'auto' && lower === 'auto') || (noValue[property.kind] && ['none', ''].includes(lower))) return undefined as Settings[K];
  const value = readNumber(trimmed);
  if (Number.isNaN(value) || (isWhole(property) && !Number.isInteger(value))) throw fail(noun(property));
  if (value < property.min || value > property.max) {
    throw fail(property.unit ? say`between ${property.min} and ${property.max} ${term(property.unit)}` : say`between ${property.min} and ${property.max}`);
  }
  return value as Settings[K];
}

/** A copy of `settings` with one value read from text. Throws `unknown-class`, too. */
export function withSetting(settings: Settings, name: string, text: string, pack?: Classes): Settings {
  const { key } = findSetting(name);
  return { ...settings, [key]: parseSetting(key, text, pack) };
}

/** A value as text that `parseSetting` reads back; of a class its index. */
export function formatSetting(value: Settings[SettingKey], kind: SettingProperty['kind'] = 'auto'): string {
  if (value === undefined) return noValue[kind] ?? 'none';
  if (value === null) return 'none';
  return typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
}

/** uint32 seed from text. Throws `bad-seed`. */
export function parseSeed(text: string): number {
  const value = /^\d{1,10}$/.test(text.trim()) ? Number(text.trim()) : NaN;
  if (value >= 0 && value <= 0xffffffff) return value;
  throw new StudioError('bad-seed', say`The seed must be a whole number from 0 to 4294967295, got "${text}".`);
}

/** Class index from an id, a label (letter case aside) or an index, the null class's included. Throws `unknown-class` with the list of ids. */
export function resolveClass(manifest: Classes, text: string): number {
  const wanted = text.trim().toLowerCase();
  const { classes } = manifest;
  let index = classes.findIndex((c) => c.id === text.trim());
  if (index < 0) index = classes.findIndex((c) => c.id.toLowerCase() === wanted || c.label.toLowerCase() === wanted);
  if (index < 0 && /^\d+$/.test(wanted) && Number(wanted) <= classes.length) index = Number(wanted);
  if (index >= 0) return index;
  throw new StudioError('unknown-class', say`The pack ${manifest.name} has no class "${text}". Use one of ${classes.map((c) => c.id).join(', ')}.`);
}

/** Class index to move away from, of a text as `resolveClass` takes it; undefined for none, which is the null class. Throws `unknown-class`. */
export function resolveAgainst(manifest: Classes, text: string): number | undefined {
  const named = manifest.classes.some(({ id, label }) => [id, label].some((name) => name.toLowerCase() === 'none'));
  if (!named && ['none', ''].includes(text.trim().toLowerCase())) return undefined;
  const index = resolveClass(manifest, text);
  return index < manifest.classes.length ? index : undefined;
}

/** Throws `unknown-class` for a class that the pack does not have, `bad-setting` for the image's own: there would be nothing to move away from. */
export function checkAgainst({ name, classes }: Classes, request: { class: number; settings: Settings }): void {
  const { against } = request.settings;
  if (against === undefined) return;
  const entry = classes[against];
  if (!entry) throw new StudioError('unknown-class', say`against: The pack ${name} has classes 0 to ${classes.length - 1}, got ${against}.`);
  if (against === request.class) throw new StudioError('bad-setting', say`against: ${entry.id} is the class of the image itself. Use another class, or none.`);
}

/** The text that `resolveClass` takes for this class, the null class's index included: an id, or where none is, what no class is called. */
export function classText(manifest: Classes, index: number): string {
  const id = manifest.classes[index]?.id;
  if (id !== undefined) return id;
  for (let text = String(index); ; text = `0${text}`) if (resolveClass(manifest, text) === index) return text;
}

/** All three switches off: static patches. */
export const isStatic = (s: Settings): boolean => !s.entropyGate && !s.lengthGate && !s.rowReset;

/** Static patches of a mean length in tokens (paper, Table 3): no gate is on. */
export const staticPatches = (staticLength: number) => ({ entropyGate: false, lengthGate: false, rowReset: false, staticLength: Math.round(100 * staticLength) / 100 }) satisfies Partial<Settings>;

/** Every token is a patch of its own whatever the entropies: the entropy model is not needed. */
export const isTokenByToken = (s: Settings): boolean => s.lengthGate && s.maxPatchLength === 1;

/** The gates of a plain GPT (kind gpt): every token is a patch of its own. */
export const tokenByToken = { maxPatchLength: 1, entropyGate: false, lengthGate: true, rowReset: false, staticLength: null } as const satisfies Partial<Settings>;

const fixed: Readonly<Record<Manifest['kind'], readonly SettingKey[]>> = {
  dpar: [],
  gpt: ['entropyThreshold', ...(Object.keys(tokenByToken) as (keyof typeof tokenByToken)[])],
};
/** Settings that a pack leaves no choice in: a GPT has no patches to cut. The same array at every call. */
export const fixedSettings = (manifest: Pick<Manifest, 'kind'>): readonly SettingKey[] => fixed[manifest.kind];

/** Longest patch, in tokens, that the settings can lead to on a grid of `width` columns and `tokens` cells. */
export function longestPatch(s: Settings, width: number, tokens: number): number {
  if (isStatic(s)) return Math.ceil(s.staticLength ?? tokens);
  return Math.min(s.lengthGate ? s.maxPatchLength : tokens, s.rowReset ? width : tokens);
}

/** Longest patch that the pack can generate, in tokens. */
export const windowOf = (model: Manifest['model']): number => ('window' in model ? model.window : 1);

/** Throws `bad-setting` for settings that the pack cannot generate with (a patch longer than its window, a static scheme without length, what it fixes). */
export function checkSettings(manifest: Pick<Manifest, 'grid' | 'model' | 'kind' | 'defaults'>, settings: Settings): void {
  const parsed = Settings.safeParse(settings);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const key = String(issue.path[0] ?? '');
    const property = settingsTable.find((p) => p.key === key);
    throw new StudioError('bad-setting', say`${property?.symbol ?? (key || 'settings')}: ${issue.message}.`);
  }
  const changed = fixedSettings(manifest).find((key) => settings[key] !== manifest.defaults[key]);
  if (changed) {
    throw new StudioError('bad-setting', say`${findSetting(changed).symbol} is fixed at ${formatSetting(manifest.defaults[changed])}: this pack is a plain transformer, without patches. Leave it out.`);
  }
  if (isStatic(settings) && settings.staticLength === null) {
    throw new StudioError('bad-setting', say`All three switches are off, so static length must be set (a number of tokens), or turn a switch on.`);
  }
  const window = windowOf(manifest.model);
  const longest = longestPatch(settings, manifest.grid.width, manifest.grid.tokens);
  if (longest > window) {
    throw new StudioError('bad-setting', say`These settings allow patches of ${longest} tokens; this pack generates with patches of at most ${window}. Lower P_max or static length, or turn the length gate or row reset on.`);
  }
}
