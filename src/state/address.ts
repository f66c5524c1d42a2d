import { toTagged } from '../../engine/errors.ts';
import { say, together, type Phrase } from '../../engine/phrase.ts';
import type { RunHeader } from '../../engine/log.ts';
import type { Manifest } from '../../engine/manifest.ts';
import { readPermalink, writePermalink, type LinkedRun, type Permalink } from '../../engine/permalink.ts';
import { checkAgainst, checkSettings, classText, resolveAgainst, resolveClass } from '../../engine/pack-settings.ts';
import type { Settings } from '../../engine/settings.ts';
import { problem, type Problem } from './problem.ts';

/** What an address without a run opens; the build may name another (docs/hosting.md). */
const FIRST_PACK: string = import.meta.env.VITE_FIRST_PACK ?? 'characters';
/** Links name their pack. Those that do not, and name a class that EuroSAT has, are from when it was the first one. */
const EARLIER_PACK = 'eurosat';
const EARLIER_CLASSES = ['annualcrop', 'forest', 'herbaceousvegetation', 'highway', 'industrial', 'pasture', 'permanentcrop', 'residential', 'river', 'sealake'];
const isEarlier = (named: string): boolean => /^\d+$/.test(named) || EARLIER_CLASSES.includes(named.replaceAll(/\s/g, '').toLowerCase());

/** The pack that a link is about. */
export const packOf = ({ pack, class: named }: LinkedRun): string => pack ?? (named !== undefined && isEarlier(named) ? EARLIER_PACK : FIRST_PACK);

export type LinkExtra = Pick<Permalink, 'cursor' | 'check' | 'view' | 'step' | 'a' | 'b'>;

export type Sides = Pick<Permalink, 'a' | 'b'>;

export interface Resolved {
  class: number | null;
  seed: number | null;
  values: Settings;
  given: number[] | null;
  problems: Problem[];
}

/** Something that is wrong with an address. */
interface Found {
  code: string;
  why: Phrase;
  /** What holds in its place, or what to do. */
  next: Phrase;
}

export interface Address {
  pack: string;
  /** The address names a run (class or seed): opening it makes the run again. */
  run: boolean;
  /** It names nothing to make a run with: no run, no setting. */
  bare: boolean;
  /** What the address asks for, on top of the pack's defaults; every part that cannot be used is named. `chosen`: the class where it names none. */
  resolve(manifest: Manifest, chosen?: number): Resolved;
  /** Tokens shown, and the result that the link stands for. */
  extra: LinkExtra;
  /** Name of the open view, whether or not there is such a view. */
  view: string | undefined;
  step: number | undefined;
  /** Of a comparison. */
  sides: Sides;
}

const NEXT = say`Choose it on this page, then press Generate.`;

export function readAddress(hash: string): Address {
  const { value, problems } = readPermalink(hash);
  const run = value.class !== undefined || value.seed !== undefined;
  return {
    pack: packOf(value),
    run,
    bare: !run && problems.length === 0 && value.against === undefined && value.given === undefined && Object.keys(value.settings).length === 0,
    extra: { ...(value.cursor !== undefined && { cursor: value.cursor }), ...(value.check && { check: value.check }) },
    view: value.view,
    step: value.step,
    sides: { ...(value.a && { a: value.a }), ...(value.b && { b: value.b }) },
    resolve(manifest, chosen) {
      return resolveRun(value, manifest, chosen, problems);
    },
  };
}

/** One message for one address: all that is wrong with it, then what holds in its place. */
function asOne(found: readonly Found[]): Problem[] {
  if (found.length === 0) return [];
  const next = [...new Map(found.map((one) => [one.next.template, one.next])).values()];
  return [problem(found.length === 1 ? found[0]!.code : 'bad-address', say`In the address: ${together(found.map(({ why }) => why))}`, together(next))];
}

/**
 * The run of a link as this pack can make it; what it cannot is named, in one message, and left at its default. `chosen`: the
 * class where it names none. `unread`: what its text alone was wrong with.
 */
export function resolveRun(value: LinkedRun, manifest: Manifest, chosen = 0, unread: readonly Phrase[] = []): Resolved {
  const found = unread.map((why): Found => ({ code: 'bad-address', why, next: NEXT }));
  let index: number | null = null;
  if (value.class !== undefined) {
    try {
      index = resolveClass(manifest, value.class);
    } catch (error) {
      found.push({ code: 'unknown-class', why: toTagged(error).message, next: say`Pick a class on this page and press Generate.` });
    }
  }
  let values: Settings = { ...manifest.defaults, ...value.settings };
  const against = readAgainst(value.against, index ?? chosen, values, manifest, found);
  try {
    checkSettings(manifest, values);
  } catch (error) {
    values = { ...manifest.defaults };
    found.push({ code: 'bad-setting', why: toTagged(error).message, next: say`The settings of the pack are used.` });
  }
  if (against !== undefined) values = { ...values, against };
  const given = readGiven(value.given, manifest, found);
  return { class: index, seed: value.seed ?? null, values, given, problems: asOne(found) };
}

/** The class that guidance moves away from, if the pack has it and it is not the run's own. */
function readAgainst(text: string | undefined, index: number, settings: Settings, manifest: Manifest, found: Found[]): number | undefined {
  if (text === undefined) return undefined;
  try {
    const against = resolveAgainst(manifest, text);
    checkAgainst(manifest, { class: index, settings: { ...settings, against } });
    return against;
  } catch (error) {
    found.push({ code: 'unknown-class', why: toTagged(error).message, next: say`Guidance moves away from no class.` });
    return undefined;
  }
}

/** The given tokens, if this pack has such an image and such codes. */
function readGiven(given: number[] | undefined, { grid, vocab, name }: Manifest, found: Found[]): number[] | null {
  const strange = given?.find((token) => token >= vocab);
  const why = strange !== undefined ? say`A given token is code ${strange}, the pack ${name} has ${vocab}.`
    : given && given.length > grid.tokens ? say`${given.length} tokens are given, an image of the pack ${name} has ${grid.tokens}.` : null;
  if (!why) return given ?? null;
  found.push({ code: 'bad-address', why, next: say`Copy the whole link again, or press Generate to make the run without given tokens.` });
  return null;
}

/** What a link says of the class that guidance moves away from: nothing where it is the null class. */
export const againstText = (manifest: Manifest, { against }: Settings): Pick<Permalink, 'against'> => (against === undefined ? {} : { against: classText(manifest, against) });

/** The hash that opens this run again. */
export function writeAddress(pack: string, manifest: Manifest, run: Pick<RunHeader, 'class' | 'seed' | 'settings' | 'given'>, extra: LinkExtra = {}): string {
  return writePermalink({ pack, class: classText(manifest, run.class), seed: run.seed, ...againstText(manifest, run.settings), settings: run.settings, ...(run.given?.length && { given: run.given }), ...extra }, manifest.defaults);
}

/** A run as one side of a comparison names it. */
export function linkOfRun(pack: string, manifest: Manifest, run: Pick<RunHeader, 'class' | 'seed' | 'settings' | 'given'>, extra: LinkExtra = {}): LinkedRun {
  return readPermalink(writeAddress(pack, manifest, run, extra)).value;
}
