import { writePermalink } from '../../engine/permalink.ts';
import { readAddress, writeAddress, type Address } from './address.ts';
import { checkOfRun, createLinkOutcome } from './linkCheck.ts';
import type { Notices } from './notices.ts';
import type { PackStore } from './pack.ts';
import type { PlaybackStore } from './playback.ts';
import { problem, toProblem } from './problem.ts';
import type { RunHeader } from '../../engine/log.ts';
import type { RunState } from './run.ts';
import { createViews } from './views.ts';
import type { Visit } from './visits.ts';
import { say } from '../../engine/phrase.ts';

/** The run that the address asks for: its own address, what it should come to, and where to show it from. */
export type Asked = Address['extra'] & { of: string };

export interface AddressBarDeps {
  hash: () => string;
  replaceHash: (hash: string) => void;
  /** Where there is a history of the browser to add to. */
  visit?: Visit | undefined;
  pack: PackStore;
  playback: PlaybackStore;
  notices: Notices;
}

export type AddressBar = ReturnType<typeof createAddressBar>;

/** The address names the open view and the run in view; a finished run is compared with the link it was asked for by. */
export function createAddressBar({ hash, replaceHash, visit, pack, playback, notices }: AddressBarDeps) {
  const views = createViews(hash, replaceHash, visit);
  const link = createLinkOutcome();
  let asked: Asked | null = null;
  /** The run that was named last. */
  let named: RunHeader | null = null;
  return {
    hash, replaceHash, visit, views, link,
    ask(run: Asked | null): void {
      asked = run;
      // Of the link before.
      link.setState({ outcome: null });
    },
    publish(state: RunState): void {
      const { manifest, name } = pack.getState();
      const { header, digest, phase } = state;
      if (!manifest || !header) return;
      const done = phase === 'complete' && digest !== null;
      const own = checkOfRun(state);
      named = header;
      replaceHash(writeAddress(name, manifest, header, { ...views.extra(), ...(own && { check: own }) }));
      if (!done || !asked || writeAddress(name, manifest, header) !== asked.of) return;
      const { check, cursor } = asked;
      asked = null;
      if (cursor !== undefined && cursor < state.count) playback.seek(cursor);
      if (!check || !own) return;
      void import('./linkDifference.ts').then(({ compareWithLink, explainDifference }) => {
        const outcome = compareWithLink(check, header, digest);
        link.setState({ outcome });
        if (!outcome.same) notices.replace('link', [problem('link-differs', say`This is not the picture that the link was made from.`, explainDifference(outcome))]);
      }).catch((error: unknown) => notices.replace('link', [toProblem(error)]));
    },
    /** The browser went back or forward within the page: its view opens, and the address names the run in view, which stays, where it is one that an address may name; else its pack alone. */
    arrive(state: RunState): void {
      const { view, step, sides, pack: entry, run } = readAddress(hash());
      const { name } = pack.getState();
      views.set(view, step, sides);
      // A recorded run that nobody took along was not asked for, and the tokens of a picture of the person's own stay on this device.
      if (state.origin === 'generated' || state.origin === 'opened' || (named !== null && state.header === named)) this.publish(state);
      else if (entry !== name || (run && state.origin === 'recorded')) replaceHash(this.ofPack(name));
    },
    /** Of another pack, or of the one in view, in the view that is open. */
    ofPack(name: string): string {
      const { view, step } = views.extra();
      return writePermalink({ pack: name, settings: {}, ...(view && { view }), ...(step && { step }) });
    },
  };
}
