/** The address's hash <-> pack, class, seed, settings, view and cursor. Reading never throws. */
import { parseSeed, parseSetting, settingsTable, formatSetting, type Settings } from './settings.ts';

export interface Permalink {
  /** Name of the pack. */
  pack?: string;
  /** Class id, label or index as text: resolve it once the manifest is there (`resolveClass`). */
  class?: string;
  seed?: number;
  /** Only those that differ from the pack's defaults. */
  settings: Partial<Settings>;
  /** Name of the open view. */
  view?: string;
  /** Tokens shown. */
  cursor?: number;
}

export interface ReadPermalink {
  value: Permalink;
  /** One sentence per parameter that was left out or clamped. */
  problems: string[];
}

/** Numbers outside the range are brought to its nearer end. */
function clampText(text: string, min: number, max: number, integer: boolean): string {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return text;
  const clamped = Math.min(max, Math.max(min, value));
  return String(integer ? Math.round(clamped) : clamped);
}

const decodeText = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
};

/** Key and value of each parameter, decoded; later ones win. */
function parameters(hash: string): Map<string, string> {
  const pairs = hash.replace(/^#?\/?\??/, '').split('&').filter((part) => part !== '');
  return new Map(pairs.map((pair) => {
    const at = pair.indexOf('=');
    return at < 0 ? [decodeText(pair), ''] : [decodeText(pair.slice(0, at)), decodeText(pair.slice(at + 1))];
  }));
}

/** Reads a hash (with or without '#'). */
export function readPermalink(hash: string): ReadPermalink {
  const value: Permalink = { settings: {} };
  const problems: string[] = [];
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      problems.push(`${(error as Error).message} The default is used.`);
    }
  };
  for (const [key, text] of parameters(hash)) {
    const property = settingsTable.find((p) => p.short === key || p.key === key);
    if (key === 'pack' && /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text)) value.pack = text;
    else if (key === 'class' && text.trim() !== '') value.class = text;
    else if (key === 'seed') attempt(() => { value.seed = parseSeed(text); });
    else if (key === 'view' && /^[a-z][a-z-]{0,31}$/.test(text)) value.view = text;
    else if (key === 'at' && /^\d{1,7}$/.test(text)) value.cursor = Number(text);
    else if (property) {
      attempt(() => {
        const numeric = property.kind !== 'switch';
        const used = numeric ? clampText(text, property.min, property.max, property.kind === 'integer') : text;
        Object.assign(value.settings, { [property.key]: parseSetting(property.key, used) });
        if (used !== text && Number(used) !== Number(text)) problems.push(`${property.symbol} is from ${property.min} to ${property.max}${property.kind === 'integer' ? ', whole' : ''}: ${used} is used for ${text}.`);
      });
    } else problems.push(`"${key}=${text.slice(0, 40)}" in the address was not understood and is left out.`);
  }
  return { value, problems };
}

/** The hash, with '#'; settings equal to `defaults` are left out. */
export function writePermalink(link: Permalink, defaults?: Settings): string {
  const parts: [string, string][] = [];
  if (link.pack !== undefined) parts.push(['pack', link.pack]);
  if (link.class !== undefined) parts.push(['class', link.class]);
  if (link.seed !== undefined) parts.push(['seed', String(link.seed)]);
  for (const { key, short } of settingsTable) {
    const value = link.settings[key];
    if (value !== undefined && value !== defaults?.[key]) parts.push([short, formatSetting(value)]);
  }
  if (link.view !== undefined) parts.push(['view', link.view]);
  if (link.cursor !== undefined) parts.push(['at', String(link.cursor)]);
  return `#${parts.map(([key, text]) => `${key}=${encodeURIComponent(text)}`).join('&')}`;
}
