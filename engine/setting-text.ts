/** Settings and seeds from text: of the command line, links and the page. */
import { StudioError } from './errors.ts';
import { resolveAgainst, type Classes } from './pack-settings.ts';
import { say, term, type Phrase } from './phrase.ts';
import { findSetting, isWhole, noValue, type SettingKey, type SettingProperty, type Settings } from './settings.ts';

/** `needed`: no value is none, too. */
function noun(property: SettingProperty, needed: boolean): Phrase {
  const { kind, unit } = property;
  const number = kind === 'class' ? say`a class of the pack` : isWhole(property) ? say`a whole number of ${term(unit)}` : unit === 'nats' ? say`a number in nats` : unit ? say`a number of ${term(unit)}` : say`a number`;
  const none = needed ? undefined : noValue[kind];
  return none ? say`${number} or ${none}` : number;
}

const readNumber = (text: string): number => (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN);

/** A setting's value from text. Throws `bad-setting`, e.g. 'E_th must be a number in nats, got "abc"'. Without its pack a class is read by its index only. */
export const parseSetting = <K extends SettingKey>(key: K, text: string, pack?: Classes): Settings[K] => read(key, text, pack, false);

/** The same from a field of the page, which shows an optional setting only where it has to have a value. */
export const parseField = <K extends SettingKey>(key: K, text: string): Settings[K] => read(key, text, undefined, findSetting(key).kind === 'optional');

function read<K extends SettingKey>(key: K, text: string, pack: Classes | undefined, needed: boolean): Settings[K] {
  const property = findSetting(key);
  const trimmed = text.trim();
  const lower = trimmed.toLowerCase();
  const fail = (want: Phrase) => new StudioError('bad-setting', say`${property.name} must be ${want}, got "${text}".`);
  if (property.kind === 'switch') {
    if (['1', 'true', 'on', 'yes'].includes(lower)) return true as Settings[K];
    if (['0', 'false', 'off', 'no'].includes(lower)) return false as Settings[K];
    throw fail(say`on or off`);
  }
  if (property.kind === 'class' && pack) return resolveAgainst(pack, text) as Settings[K];
  if (property.kind === 'optional' && !needed && ['none', 'null', 'off', ''].includes(lower)) return null as Settings[K];
  if ((property.kind === 'auto' && lower === 'auto') || (!needed && noValue[property.kind] && ['none', ''].includes(lower))) return undefined as Settings[K];
  const value = readNumber(trimmed);
  if (Number.isNaN(value) || (isWhole(property) && (!Number.isInteger(value) || trimmed.includes('.')))) throw fail(noun(property, needed));
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

/** uint32 seed from text. Throws `bad-seed`. */
export function parseSeed(text: string): number {
  const value = /^\d{1,10}$/.test(text.trim()) ? Number(text.trim()) : NaN;
  if (value >= 0 && value <= 0xffffffff) return value;
  throw new StudioError('bad-seed', say`The seed must be a whole number from 0 to 4294967295, got "${text}".`);
}
