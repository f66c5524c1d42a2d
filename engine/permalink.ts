/** The address's hash <-> pack, class, seed, settings, view, cursor and the run it stands for. Reading never throws. */
import { toTagged } from './errors.ts';
import { say, type Phrase } from './phrase.ts';
import { backends, type Backend } from './log.ts';
import { CHECK, isShortName, wellFormed } from './names.ts';
import { packTokens, unpackTokens } from './token-text.ts';
import { parseSeed, parseSetting } from './setting-text.ts';
import { isWhole, settingsTable, formatSetting, type Settings } from './settings.ts';

/** What the link's run was made with and what came out: opening the link compares. */
export interface LinkCheck {
  /** First 12 hex digits of the run's digest. */
  digest: string;
  /** First 8 hex digits of the pack's hash. */
  pack: string;
  variant: string;
  backend: Backend;
  /** Version of runs: 1 where the same seed gives another picture now. */
  version: 1 | 2;
}

export interface Permalink {
  /** Name of the pack. */
  pack?: string;
  /** Class id, label or index as text: resolve it once the manifest is there (`resolveClass`). */
  class?: string;
  seed?: number;
  /** Class that guidance moves away from, as text like `class` (`resolveAgainst`). */
  against?: string;
  /** Only those that differ from the pack's defaults. */
  settings: Partial<Settings>;
  /** Name of the open view. */
  view?: string;
  /** Where a view of several steps is, from 1; the view knows how many it has. */
  step?: number;
  /** Tokens shown. */
  cursor?: number;
  check?: LinkCheck;
  /** Tokens x_0.. of an edited or continued run. The pack decides whether it has such tokens. */
  given?: number[];
  /** The sides of a comparison that are not the run of this link: each is a link's run of its own. */
  a?: LinkedRun;
  b?: LinkedRun;
}

/** The run of a link, without what is about the page. */
export type LinkedRun = Pick<Permalink, 'pack' | 'class' | 'seed' | 'against' | 'settings' | 'check' | 'given'>;

export interface ReadPermalink {
  value: Permalink;
  /** One sentence per parameter that was left out or clamped. */
  problems: Phrase[];
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

function readCheck(text: string): LinkCheck | undefined {
  const [, digest, pack, variant, name, second] = CHECK.exec(text) ?? [];
  const backend = backends.find((known) => known === name);
  return backend && { digest: digest!, pack: pack!, variant: variant!, backend, version: second ? 2 : 1 };
}

/** Key and value of each parameter, decoded; later ones win. */
function parameters(hash: string): Map<string, string> {
  const pairs = hash.replace(/^#?\/?\??/, '').split('&').filter((part) => part !== '');
  return new Map(pairs.map((pair) => {
    const at = pair.indexOf('=');
    return at < 0 ? [decodeText(pair), ''] : [decodeText(pair.slice(0, at)), decodeText(pair.slice(at + 1))];
  }));
}

/** The run of a hash within a hash; its problems name the side it is for. */
function readSide(side: 'a' | 'b', text: string, problems: Phrase[]): LinkedRun {
  const { value: run, problems: found } = readParts(text, false);
  problems.push(...found.map((sentence) => say`Run ${side.toUpperCase()}: ${sentence}`));
  for (const key of ['view', 'step', 'cursor'] as const) delete run[key];
  return run;
}

const namesARun = ({ settings, ...rest }: LinkedRun) => Object.keys(rest).length + Object.keys(settings).length > 0;

/** Without the full stop or bracket that a sentence has after a link. A name may end so itself, in a link that was typed or that an earlier version wrote: today's end in none (`writePermalink`). */
const withoutEnd = (hash: string): string => (/(^#?|&)(pack|class|against)=[^&]*$/.test(hash) ? hash : hash.replace(/[.,;:!?)\]}>"'’”»]+$/, ''));

/** Reads a hash (with or without '#'). */
export const readPermalink = (hash: string): ReadPermalink => readParts(withoutEnd(hash), true);

function readParts(hash: string, sides: boolean): ReadPermalink {
  const value: Permalink = { settings: {} };
  const problems: Phrase[] = [];
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      problems.push(say`${toTagged(error).message} The default is used.`);
    }
  };
  for (const [key, text] of parameters(hash)) {
    const check = key === 'check' ? readCheck(text) : undefined;
    const property = settingsTable.find((p) => (p.short === key || p.key === key) && p.kind !== 'class');
    const side = sides && (key === 'a' || key === 'b') ? readSide(key, text, problems) : undefined;
    if (key === 'pack' && isShortName(text)) value.pack = text;
    else if (key === 'class' && text.trim() !== '') value.class = text;
    else if (key === 'against' && text.trim() !== '') value.against = text;
    else if (key === 'seed') attempt(() => { value.seed = parseSeed(text); });
    else if (key === 'view' && /^[a-z][a-z-]{0,31}$/.test(text)) value.view = text;
    else if (key === 'step' && /^[1-9]\d{0,2}$/.test(text)) value.step = Number(text);
    else if (key === 'at' && /^\d{1,7}$/.test(text)) value.cursor = Number(text);
    else if (check) value.check = check;
    else if (side && namesARun(side)) value[key as 'a' | 'b'] = side;
    else if (key === 'given') attempt(() => { value.given = unpackTokens(text); });
    else if (property) {
      attempt(() => {
        const numeric = property.kind !== 'switch';
        const used = numeric ? clampText(text, property.min, property.max, isWhole(property)) : text;
        Object.assign(value.settings, { [property.key]: parseSetting(property.key, used) });
        if (used !== text && Number(used) !== Number(text)) {
          const { name, min, max } = property;
          problems.push(isWhole(property) ? say`${name} is from ${min} to ${max}, whole: ${used} is used for ${text}.` : say`${name} is from ${min} to ${max}: ${used} is used for ${text}.`);
        }
      });
    } else problems.push(say`"${key}=${text.slice(0, 40)}" was not understood and is left out.`);
  }
  return { value, problems };
}

/** A link must not end in what `encodeURIComponent` leaves of `withoutEnd`'s signs: nobody could tell it from the sentence around it. */
const withFirmEnd = (hash: string): string => hash.replace(/[.!')]$/, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** The hash, with '#'; settings equal to `defaults` are left out. */
export function writePermalink(link: Permalink, defaults?: Settings): string {
  const parts: [string, string][] = [];
  if (link.pack !== undefined) parts.push(['pack', link.pack]);
  if (link.class !== undefined) parts.push(['class', link.class]);
  if (link.seed !== undefined) parts.push(['seed', String(link.seed)]);
  if (link.against !== undefined) parts.push(['against', link.against]);
  for (const { key, short, kind } of settingsTable) {
    const value = kind === 'class' ? undefined : link.settings[key];
    if (value !== undefined && value !== defaults?.[key]) parts.push([short, formatSetting(value)]);
  }
  if (link.given !== undefined) parts.push(['given', packTokens(link.given)]);
  if (link.view !== undefined) parts.push(['view', link.view]);
  if (link.step !== undefined) parts.push(['step', String(link.step)]);
  if (link.cursor !== undefined) parts.push(['at', String(link.cursor)]);
  if (link.check !== undefined) {
    const { digest, pack, variant, backend, version } = link.check;
    parts.push(['check', [digest, pack, variant, backend, ...(version === 1 ? [] : [version])].join('.')]);
  }
  for (const side of ['a', 'b'] as const) {
    const run = link[side];
    if (run !== undefined) parts.push([side, writePermalink(run).slice(1)]);
  }
  return withFirmEnd(`#${parts.map(([key, text]) => `${key}=${encodeURIComponent(wellFormed(text))}`).join('&')}`);
}
