/** The classes of the data set Characters: where each comes from, and under which terms its drawings may be used. */

export type Place = 'free' | 'stands' | 'fills';

export interface CharacterClass {
  /** Folder name and class id. */
  id: string;
  label: string;
  /** Of the drawings, not of the package's code. */
  licence: string;
  credit: string;
  /** Where the drawings come from. */
  source: string;
  parts: { package: 'robohash'; set: string } | { package: '@dicebear/collection'; style: string };
  /** A bust is cut at its lower edge, so it stands on that of the picture; what is cut at its sides too fills the picture. */
  place: Place;
}

const dicebear = (id: string, label: string, style: string, licence: string, credit: string, source: string, place: Place): CharacterClass =>
  ({ id, label, licence, credit, source, parts: { package: '@dicebear/collection', style }, place });
const robohash = (id: string, label: string, set: string, licence: string, credit: string, place: Place): CharacterClass =>
  ({ id, label, licence, credit, source: 'robohash 2.0 (PyPI)', parts: { package: 'robohash', set }, place });

const FIGMA = 'https://www.figma.com/community/file/';

/** In alphabetical order of their ids, which is the order of class indices. */
export const classes: readonly CharacterClass[] = [
  dicebear('Adventurer', 'Adventurer', 'adventurer', 'CC BY 4.0', 'Lisa Wischofsky, "Adventurer"', `${FIGMA}1184595184137881796`, 'free'),
  dicebear('BigSmile', 'Big smile', 'bigSmile', 'CC BY 4.0', 'Ashley Seo, "Custom Avatar"', `${FIGMA}881358461963645496`, 'free'),
  robohash('Cat', 'Cat', 'set4', 'CC BY 4.0', 'David Revoy, cats of robohash set 4', 'stands'),
  dicebear('FunEmoji', 'Fun emoji', 'funEmoji', 'CC BY 4.0', 'Davis Uche, "Fun Emoji Set"', `${FIGMA}968125295144990435`, 'free'),
  dicebear('Lorelei', 'Lorelei', 'lorelei', 'CC0 1.0', 'Lisa Wischofsky, "Lorelei"', `${FIGMA}1198749693280469639`, 'stands'),
  dicebear('Micah', 'Micah', 'micah', 'CC BY 4.0', 'Micah Lanier, "Avatar Illustration System"', `${FIGMA}829741575478342595`, 'stands'),
  robohash('Monster', 'Monster', 'set2', 'CC BY 3.0', 'Hrvoje Novakovic, monsters of robohash set 2', 'stands'),
  dicebear('Persona', 'Persona', 'personas', 'CC BY 4.0', 'Draftbit, "Personas by Draftbit"', 'https://personas.draftbit.com/', 'stands'),
  dicebear('PixelArt', 'Pixel art', 'pixelArt', 'CC0 1.0', 'DiceBear, "Pixel Art"', `${FIGMA}1198754108850888330`, 'stands'),
  robohash('Robot', 'Robot', 'set1', 'CC BY 3.0 or 4.0', 'Zikri Kader, robots of robohash set 1', 'stands'),
  robohash('RobotHead', 'Robot head', 'set3', 'CC BY 3.0', 'Julian Peter Arias, robot heads of robohash set 3', 'free'),
  dicebear('Thumbs', 'Thumbs', 'thumbs', 'CC0 1.0', 'DiceBear, "Thumbs"', 'https://www.dicebear.com', 'fills'),
];

/** Flat grounds, chosen independently of the character: white and seven pastels. */
export const grounds = ['ffffff', 'b6e3f4', 'c0aede', 'd1d4f9', 'ffd5dc', 'ffdfbf', 'c8e6c9', 'fff3b0'] as const;
