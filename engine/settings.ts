/** What a person may set for a run: one table drives the command line, the permalink and the page. */
import * as z from 'zod/mini';
import english from 'zod/v4/locales/en.js';
import { StudioError } from './errors.ts';
import { say, term, type Phrase } from './phrase.ts';
import { MAX_CLASSES } from './names.ts';
import { MOST_POSITIONS } from './window.ts';

// zod would probe for `new Function`, which the site's policy refuses and reports.
z.config({ ...english(), jitless: true });

/** Smallest and largest value of each that is a number. */
const limits = {
  guidance: [0, 20],
  temperature: [0, 5],
  topK: [0, 65536],
  topP: [0.01, 1],
  entropyThreshold: [0, 20],
  maxPatchLength: [1, 1024],
  staticLength: [1, 1024],
  window: [1, MOST_POSITIONS],
  against: [0, MAX_CLASSES - 1],
} as const satisfies Record<string, readonly [number, number]>;

const within = (type: z.ZodMiniNumber<number>, key: keyof typeof limits) => type.check(z.minimum(limits[key][0]), z.maximum(limits[key][1]));

export const Settings = z.object({
  guidance: within(z.number(), 'guidance'),
  temperature: within(z.number(), 'temperature'),
  topK: within(z.int(), 'topK'),
  topP: within(z.number(), 'topP'),
  entropyThreshold: within(z.number(), 'entropyThreshold'),
  maxPatchLength: within(z.int(), 'maxPatchLength'),
  entropyGate: z.boolean(),
  lengthGate: z.boolean(),
  rowReset: z.boolean(),
  staticLength: z.nullable(within(z.number(), 'staticLength')),
  /** Positions that a pass decodes: how a run is made, not what it comes to (engine/window.ts). Absent: what is fastest where it runs. */
  window: z.optional(within(z.int(), 'window')),
  /** Class index that guidance moves away from. Absent: the null class, which has no class. */
  against: z.optional(within(z.int(), 'against')),
});
export type Settings = z.infer<typeof Settings>;
export type SettingKey = keyof Settings;

export interface SettingProperty {
  key: SettingKey;
  label: Phrase;
  /** What messages and tables call it: as the page labels its field, or in the paper's symbol where the field has that. */
  name: Phrase;
  /** '' when the number has none. */
  unit: '' | 'nats' | 'tokens';
  kind: 'number' | 'integer' | 'switch' | 'optional' | 'auto' | 'class';
  min: number;
  max: number;
  step: number;
  /** Key in the permalink and a short name on the command line. */
  short: string;
  help: Phrase;
  /** Its name alone does not say what it does: the page shows `help` below it, and not in a tooltip only. */
  explained: boolean;
}

const explained: readonly SettingKey[] = ['entropyThreshold', 'maxPatchLength', 'guidance', 'temperature', 'topK', 'topP', 'rowReset', 'window', 'against'];

/** As the paper writes them. */
const symbols: Partial<Record<SettingKey, string>> = { entropyThreshold: 'E_th', maxPatchLength: 'P_max' };
const called = (key: SettingKey, label: Phrase): Phrase => (symbols[key] ? term(symbols[key]) : label);

const setting = (
  key: keyof typeof limits, label: Phrase, unit: SettingProperty['unit'], kind: SettingProperty['kind'], step: number, short: string, help: Phrase,
): SettingProperty => ({ key, label, name: called(key, label), unit, kind, min: limits[key][0], max: limits[key][1], step, short, help, explained: explained.includes(key) });

const toggle = (key: SettingKey, label: Phrase, short: string, help: Phrase): SettingProperty =>
  ({ key, label, name: called(key, label), unit: '', kind: 'switch', min: 0, max: 1, step: 1, short, help, explained: explained.includes(key) });

export const settingsTable: readonly SettingProperty[] = [
  setting('guidance', say`Guidance`, '', 'number', 0.05, 'g', say`how strongly an image follows its class; 1 is off`),
  setting('temperature', say`Temperature`, '', 'number', 0.05, 'temp', say`higher makes images more varied; 0 always takes the most likely token`),
  setting('topK', say`Top-k`, 'tokens', 'integer', 1, 'k', say`sample from the k most likely tokens; 0 is off`),
  setting('topP', say`Top-p`, '', 'number', 0.01, 'p', say`sample from the most likely tokens that together hold this probability; 1 is off`),
  setting('entropyThreshold', say`Entropy threshold`, 'nats', 'number', 0.05, 'eth', say`a token whose entropy is above it opens a patch`),
  setting('maxPatchLength', say`Longest patch`, 'tokens', 'integer', 1, 'pmax', say`1 is one token per patch`),
  toggle('entropyGate', say`Entropy gate`, 'eg', say`high entropy opens a patch`),
  toggle('lengthGate', say`Length gate`, 'lg', say`a patch of P_max tokens is full`),
  toggle('rowReset', say`Row reset`, 'rr', say`a new row opens a patch`),
  setting('staticLength', say`Static patch length`, 'tokens', 'optional', 0.01, 'static', say`mean length of static patches when all three switches are off; none is off`),
  setting('window', say`Tokens per pass`, 'tokens', 'auto', 1, 'window', say`how many tokens one pass of the model may decode at once; changes the time, never the picture`),
  setting('against', say`Less like`, '', 'class', 1, 'against', say`a class that guidance moves away from, in place of the null class`),
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

/** A value as text that `parseSetting` (setting-text.ts) reads back; of a class its index. */
export function formatSetting(value: Settings[SettingKey], kind: SettingProperty['kind'] = 'auto'): string {
  if (value === undefined) return noValue[kind] ?? 'none';
  if (value === null) return 'none';
  return typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
}

/** Alike in every setting. */
export const sameSettings = (a: Settings, b: Settings): boolean => settingsTable.every(({ key }) => a[key] === b[key]);

/** All three switches off: static patches. */
export const isStatic = (s: Pick<Settings, 'entropyGate' | 'lengthGate' | 'rowReset'>): boolean => !s.entropyGate && !s.lengthGate && !s.rowReset;

/** Static patches of a mean length in tokens (paper, Table 3): no gate is on. */
export const staticPatches = (staticLength: number) => ({ entropyGate: false, lengthGate: false, rowReset: false, staticLength: Math.round(100 * staticLength) / 100 }) satisfies Partial<Settings>;

/** Every token is a patch of its own whatever the entropies. */
export const isTokenByToken = (s: Pick<Settings, 'lengthGate' | 'maxPatchLength'>): boolean => s.lengthGate && s.maxPatchLength === 1;

/** Whether the entropy model decides where patches open: with the entropy gate off, as in static patches, it runs for the map alone. */
export const needsEntropyModel = (s: Pick<Settings, 'entropyGate' | 'lengthGate' | 'maxPatchLength'>): boolean => s.entropyGate && !isTokenByToken(s);

/** The gates of a plain GPT (kind gpt): every token is a patch of its own. */
export const tokenByToken = { maxPatchLength: 1, entropyGate: false, lengthGate: true, rowReset: false, staticLength: null } as const satisfies Partial<Settings>;

/** Longest patch, in tokens, that the settings can lead to on a grid of `width` columns and `tokens` cells. */
export function longestAllowedPatch(s: Settings, width: number, tokens: number): number {
  if (isStatic(s)) return Math.ceil(s.staticLength ?? tokens);
  return Math.min(s.lengthGate ? s.maxPatchLength : tokens, s.rowReset ? width : tokens);
}
