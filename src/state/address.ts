import { toTagged } from '../../engine/errors.ts';
import { say } from '../../engine/phrase.ts';
import type { RunHeader } from '../../engine/log.ts';
import type { Manifest } from '../../engine/manifest.ts';
import { readPermalink, writePermalink, type LinkedRun, type Permalink } from '../../engine/permalink.ts';
import { checkAgainst, checkSettings, classText, resolveAgainst, resolveClass } from '../../engine/pack-settings.ts';
import { type Settings } from '../../engine/settings.ts';
import { problem, type Problem } from './problem.ts';

export const DEFAULT_PACK = 'eurosat';

export type LinkExtra = Pick<Permalink, 'cursor' | 'check' | 'view' | 'step' | 'a' | 'b'>;

export type Sides = Pick<Permalink, 'a' | 'b'>;

export interface Resolved {
  class: number | null;
  seed: number | null;
  values: Settings;
  given: number[] | null;
  problems: Problem[];
}

export interface Address {
  pack: string;
  /** The address names a run (class or seed): opening it makes the run again. */
  run: boolean;
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

const NEXT = say`Choose it on this page; the address follows with the next run.`;

export function readAddress(hash: string): Address {
  const { value, problems } = readPermalink(hash);
  return {
    pack: value.pack ?? DEFAULT_PACK,
    run: value.class !== undefined || value.seed !== undefined,
    extra: { ...(value.cursor !== undefined && { cursor: value.cursor }), ...(value.check && { check: value.check }) },
    view: value.view,
    step: value.step,
    sides: { ...(value.a && { a: value.a }), ...(value.b && { b: value.b }) },
    resolve(manifest, chosen) {
      const found = resolveRun(value, manifest, chosen);
      return { ...found, problems: [...problems.map((text) => problem('bad-address', say`In the address: ${text}`, NEXT)), ...found.problems] };
    },
  };
}

/** The run of a link as this pack can make it; what it cannot is named and left at its default. `chosen`: the class where it names none. */
export function resolveRun(value: LinkedRun, manifest: Manifest, chosen = 0): Resolved {
  const found: Problem[] = [];
  let index: number | null = null;
  if (value.class !== undefined) {
    try {
      index = resolveClass(manifest, value.class);
    } catch (error) {
      found.push(problem('unknown-class', say`In the address: ${toTagged(error).message}`, say`Pick a class on this page and press Generate.`));
    }
  }
  let values: Settings = { ...manifest.defaults, ...value.settings };
  const against = readAgainst(value.against, index ?? chosen, values, manifest, found);
  try {
    checkSettings(manifest, values);
  } catch (error) {
    values = { ...manifest.defaults };
    found.push(problem('bad-setting', say`In the address: ${toTagged(error).message}`, say`The settings of the pack are used.`));
  }
  if (against !== undefined) values = { ...values, against };
  const { given, problem: strange } = checkGiven(value.given, manifest);
  if (strange) found.push(strange);
  return { class: index, seed: value.seed ?? null, values, given, problems: found };
}

/** The class that guidance moves away from, if the pack has it and it is not the run's own. */
function readAgainst(text: string | undefined, index: number, settings: Settings, manifest: Manifest, found: Problem[]): number | undefined {
  if (text === undefined) return undefined;
  try {
    const against = resolveAgainst(manifest, text);
    checkAgainst(manifest, { class: index, settings: { ...settings, against } });
    return against;
  } catch (error) {
    found.push(problem('unknown-class', say`In the address: ${toTagged(error).message}`, say`Guidance moves away from no class.`));
    return undefined;
  }
}

/** The given tokens, if this pack has such an image and such codes; else why not. */
function checkGiven(given: number[] | undefined, { grid, vocab, name }: Manifest): { given: number[] | null; problem?: Problem } {
  const strange = given?.find((token) => token >= vocab);
  const why = strange !== undefined ? say`a given token is code ${strange}, the pack ${name} has ${vocab}`
    : given && given.length > grid.tokens ? say`${given.length} tokens are given, an image of the pack ${name} has ${grid.tokens}` : null;
  if (!why) return { given: given ?? null };
  return { given: null, problem: problem('bad-address', say`In the address: ${why}.`, say`Copy the whole link again, or press Generate to make the run without given tokens.`) };
}

/** What a link says of the class that guidance moves away from: nothing where it is the null class. */
export const againstText = (manifest: Manifest, { against }: Settings): Pick<Permalink, 'against'> => (against === undefined ? {} : { against: classText(manifest, against) });

/** The hash that opens this run again. */
export function writeAddress(pack: string, manifest: Manifest, run: Pick<RunHeader, 'class' | 'seed' | 'settings' | 'given'>, extra: LinkExtra = {}): string {
  return writePermalink({ ...(pack !== DEFAULT_PACK && { pack }), class: classText(manifest, run.class), seed: run.seed, ...againstText(manifest, run.settings), settings: run.settings, ...(run.given?.length && { given: run.given }), ...extra }, manifest.defaults);
}

/** A run as one side of a comparison names it. */
export function linkOfRun(pack: string, manifest: Manifest, run: Pick<RunHeader, 'class' | 'seed' | 'settings' | 'given'>, extra: LinkExtra = {}): LinkedRun {
  return readPermalink(writeAddress(pack, manifest, run, extra)).value;
}
