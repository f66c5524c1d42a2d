import { createStore } from 'zustand/vanilla';
import { writePermalink, type LinkedRun } from '../../../engine/permalink.ts';
import { linkOfRun, packOf, resolveRun, type Sides } from '../address.ts';
import { checkOfRun, type LinkOutcome } from '../linkCheck.ts';
import { compareWithLink, explainDifference } from '../linkDifference.ts';
import { fetchRecordedRun, findPack } from '../packFiles.ts';
import { problem, toProblem, type Problem } from '../problem.ts';
import type { PackSession } from '../session.ts';
import type { Studio } from '../studio.ts';
import { until } from '../until.ts';
import type { Compare } from './compare.ts';
import type { SideName } from './compareState.ts';
import { say } from '../../../engine/phrase.ts';

const SIDES = ['a', 'b'] as const;

/** The run of a side as an address names it; undefined for the run in view, for none, and for a picture of the person's own, which stays on the device. */
export function linkOfSide(compare: Compare, which: SideName): LinkedRun | undefined {
  const { manifest, name } = compare.getState().sides[which].pack.getState();
  const run = compare.getState().sides[which].run.getState();
  const { header, phase, origin } = run;
  if (compare.getState().source[which]?.kind === 'view' || !manifest || !header || origin === 'given' || phase === 'running') return undefined;
  const check = checkOfRun(run);
  return linkOfRun(name, manifest, header, check ? { check } : {});
}

/** Resolves when the page has its model, or has none until somebody does something about it, and makes no run of its own. */
function pageIdle({ pack, queue, jobs }: PackSession): Promise<void> {
  return until(() => ['ready', 'failed', 'asking'].includes(pack.getState().model) && !queue.getState().queued && !jobs.getState().running, pack, queue, jobs);
}

const text = (link: LinkedRun | undefined) => link && writePermalink(link);

/** The address of a comparison: its runs are brought in when it is opened, and it is kept up to date with what is chosen. */
export function createLinkedSides(compare: Compare, page: Studio) {
  /** While the sides of an address are brought in, the address stays. */
  let restoring = false;
  let tried: Partial<Record<SideName, string>> = {};
  /** Counts what is brought in, so that of two addresses the last one opened wins. */
  let turn = 0;
  let { links: known } = page.address.views.getState();
  const outcomes = createStore<Partial<Record<SideName, LinkOutcome>>>(() => ({}));

  async function bringAll(list: readonly (readonly [SideName, LinkedRun])[]): Promise<void> {
    restoring = true;
    const mine = ++turn;
    const before = compare.stops();
    let first: Problem | null = null;
    const undone: (readonly [SideName, LinkedRun])[] = [];
    for (const [which, link] of list) {
      if (compare.stops() !== before) break;
      tried[which] = text(link)!;
      const there = await bring(which, link).catch((error: unknown) => sayOf(which, toProblem(error)));
      if (there === 'no-model') undone.push([which, link]);
      first ??= compare.getState().problem;
    }
    if (mine !== turn) return;
    restoring = false;
    publish();
    // A side that came after a failure has taken its message away.
    if (undone.length > 0) compare.say({ ...problem('not-loaded', say`The runs of this link are made here, and the model is not loaded.`), action: { label: say`Load the model`, run: () => void loadAndBring(undone) } });
    else if (first && !compare.getState().problem) compare.say(first);
  }

  /** A link names two runs: which one it is about is said. */
  const sayOf = (which: SideName, { message, ...rest }: Problem): void => compare.say({ ...rest, message: which === 'a' ? say`Run A: ${message}` : say`Run B: ${message}` });

  async function loadAndBring(list: readonly (readonly [SideName, LinkedRun])[]): Promise<void> {
    compare.forget();
    await page.session.modelReady();
    await bringAll(list);
  }

  /** 'no-model': the run has to be made, and the model waits for somebody to ask for it. */
  async function bring(which: SideName, link: LinkedRun): Promise<'no-model' | void> {
    // A stop while its pack and recordings are read holds, too.
    const before = compare.stops();
    const name = packOf(link);
    const { manifest, manifestUrl } = await compare.packFor(name, findPack);
    const { class: index, seed, values, given, problems } = resolveRun(link, manifest);
    const [wrong] = problems;
    if (wrong) return sayOf(which, { ...wrong, detail: say`Its image was not generated.` });
    const request = { class: index ?? 0, seed: seed ?? 0, settings: values, ...(given && { given }) };
    const asked = text(linkOfRun(name, manifest, request));
    // A run that was recorded with the pack need not be made again.
    for (const [i, recording] of manifest.recordings.entries()) {
      if (recording.class !== request.class) continue;
      const run = await fetchRecordedRun(recording, { manifest, manifestUrl });
      if (text(linkOfRun(name, manifest, run.header)) === asked && (!link.check || run.digest.startsWith(link.check.digest))) return compare.choose(which, { kind: 'recording', pack: name, index: i });
    }
    await pageIdle(page.session);
    if (compare.stops() !== before) return;
    if (page.session.pack.getState().model === 'asking') return 'no-model';
    const made = await compare.makeSide(which, request, name);
    const run = made?.getState();
    if (!link.check || !run || !checkOfRun(run)) return;
    const outcome = compareWithLink(link.check, run.header!, run.digest!);
    outcomes.setState({ [which]: outcome });
    if (!outcome.same) sayOf(which, problem('link-differs', say`This is not the picture that the link was made from.`, explainDifference(outcome)));
  }

  /** An address was opened: of what was there stays only what it names. */
  function clear(sides: Sides): void {
    turn++;
    tried = {};
    restoring = true;
    void compare.giveUp();
    compare.forget();
    for (const which of SIDES) if (!sides[which] || text(sides[which]) !== text(linkOfSide(compare, which))) compare.letGo(which);
    restoring = false;
  }

  return {
    outcomes,
    /** Brings in the sides that the address names and that are not there yet: with A alone, B is the run in view. True where the address says what B is. */
    restore(): boolean {
      const { sides, links } = page.address.views.getState();
      const opened = links !== known;
      known = links;
      if (opened) clear(sides);
      const missing = SIDES.filter((which) => sides[which] && text(sides[which]) !== tried[which] && text(sides[which]) !== text(linkOfSide(compare, which)));
      if ((opened || missing.includes('a')) && sides.a && !sides.b && !restoring) void compare.choose('b', { kind: 'view' });
      if (!restoring && missing.length > 0) void bringAll(missing.map((which) => [which, sides[which]!]));
      return sides.a !== undefined || sides.b !== undefined;
    },
    /** Keeps the address up to date until it is ended. */
    watch(): () => void {
      const ends = [compare.subscribe(({ source }, before) => publish(SIDES.filter((which) => before.source[which] && !source[which]))), ...SIDES.map((which) => compare.getState().sides[which].run.subscribe((state, before) => state.phase !== before.phase && publish()))];
      publish();
      return () => ends.forEach((end) => end());
    },
    /** Whether a side's run is the one its link was made from; null where it came otherwise. */
    same: (which: SideName): boolean | null => {
      const outcome = outcomes.getState()[which];
      return outcome && outcome.header === compare.getState().sides[which].run.getState().header ? outcome.same : null;
    },
  };

  /** `gone`: sides whose run was just let go, and which the address names no more. */
  function publish(gone: readonly SideName[] = []): void {
    if (restoring || page.address.views.getState().view !== 'compare') return;
    const before = page.address.views.getState().sides;
    const sides: Sides = {};
    for (const which of SIDES) {
      const source = compare.getState().source[which];
      // Nothing chosen yet, or on its way: what the address names is still to come.
      const open = source ? source.kind !== 'view' && compare.getState().sides[which].growing() : !gone.includes(which);
      const link = open ? before[which] : linkOfSide(compare, which);
      if (link) sides[which] = link;
    }
    if (SIDES.some((which) => text(sides[which]) !== text(before[which]))) page.address.views.setSides(sides);
  }
}
