import type { Run } from '../../engine/log.ts';
import type { MapName } from '../lib/colourMap.ts';
import { t } from '../text/t.ts';
import { CELL, mapParts, plain, runWords, type MapPack } from './entropySvg.ts';

const MARGIN = 24;
const GAP = 24;
const HEAD = 30;
const FOOT = 84;

interface FigureLook {
  /** Colours of the entropy map. */
  map: MapName;
  ground: string;
  text: string;
  muted: string;
}

/**
 * Picture and entropy map side by side, the same patches over both (as in the paper's Fig. 2), as a stand-alone SVG in the colours
 * of the page. `picture`: a data URL of the square picture.
 */
export function figureSvg(run: Pick<Run, 'header' | 'events' | 'complete'>, pack: MapPack, picture: string, { map, ground, text, muted }: FigureLook): string {
  const { side, tall, defs, cells, path, patches, scale } = mapParts(run, pack, map, text);
  const { name, figures } = runWords(run, patches);
  const [w, h] = [2 * side + 2 * MARGIN + GAP, tall + HEAD + FOOT];
  const right = MARGIN + side + GAP;
  const at = (x: number) => `transform="translate(${x} ${HEAD}) scale(${CELL})"`;
  const lines = (x: number) => `<g ${at(x)} fill="none"><path d="${path}" stroke="#fff" stroke-width="0.05"/></g>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" font-family="system-ui, sans-serif" font-size="13" fill="${muted}">
<title>${plain(t('Picture and next-token entropy: {name}', { name }))}</title>
${defs}
<rect width="${w}" height="${h}" fill="${ground}"/>
<text x="${MARGIN}" y="20" font-size="14" fill="${text}">(a) ${plain(t(patches === null ? 'Picture' : 'Picture and patches'))}</text>
<text x="${right}" y="20" font-size="14" fill="${text}">(b) ${plain(t('Next-token entropy'))}</text>
<image x="${MARGIN}" y="${HEAD}" width="${side}" height="${tall}" preserveAspectRatio="none" href="${picture}"/>
<g ${at(right)} shape-rendering="crispEdges">${cells}</g>
${lines(MARGIN)}${lines(right)}
<text x="${MARGIN}" y="${HEAD + tall + 28}" font-size="14" font-weight="600" fill="${text}">${plain(name)}</text>
<text x="${MARGIN}" y="${HEAD + tall + 48}">${figures}</text>
<g transform="translate(${right} ${HEAD + tall + 14})">${scale}</g>
</svg>
`;
}
