import { say, type Phrase } from '../../engine/phrase.ts';

/** What a message says in an embedded view in place of a control that only the whole page has. */
const INSTEAD: ReadonlyMap<string, Phrase> = new Map([
  ['Pick a class on this page and press Generate.', say`Open it in DPAR Studio to pick a class.`],
  ['Choose it on this page, then press Generate.', say`Open it in DPAR Studio to choose it.`],
  [
    'Correct "pack" in the address, choose the pack\'s folder or zip here, or put its folder beside the page under models/.',
    say`Correct "pack" in the address, or put the pack's folder beside the studio under models/.`,
  ],
  ['Choose its folder or zip again: class, seed and settings of the address are used.', say`Open it in DPAR Studio to choose its folder or zip again.`],
  ['To try the GPU again, choose it under "Runs on".', say`To try the GPU again, open it in DPAR Studio.`],
  [
    'Browsers on iPhones and iPads close a page after some hundred steps on the GPU; one or two pictures take more. It can still be chosen under "Runs on".',
    say`Browsers on iPhones and iPads close a page after some hundred steps on the GPU; one or two pictures take more.`,
  ],
  [
    'The next visit downloads it again. To make room, delete some under "Manage stored packs" in the pack menu.',
    say`The next visit downloads it again. To make room, open it in DPAR Studio and delete some stored packs.`,
  ],
]);

/** A phrase as it is true in an embedded view, which has no panels and menus. */
export const inEmbed = (phrase: Phrase): Phrase => INSTEAD.get(phrase.template)
  ?? { ...phrase, values: phrase.values.map((value) => (typeof value === 'object' && 'template' in value ? inEmbed(value) : value)) };
