import type { Run } from '../../engine/log.ts';
import type { Manifest } from '../../engine/manifest.ts';
import { patchesAt } from '../../engine/view.ts';
import { patches as patchCount, tokens } from '../lib/counts.ts';
import { fixed } from '../lib/format.ts';
import { mapColour, type MapName } from '../lib/colourMap.ts';
import { mapCentre, thresholdOf } from '../lib/thresholdOf.ts';
import { titleOf } from '../state/runRequest.ts';
import { decimal, t, translated } from '../text/t.ts';
import { boundaryPath } from '../views/stage/boundaries.ts';

/** Pixels a cell, and around the map. */
export const CELL = 32;
const MARGIN = 24;
const HEAD = 52;
const FOOT = 76;
/** Even, so that two stops lie close to either side of E_th wherever it is. */
const STOPS = 128;

const hex = (colour: readonly number[]) => `#${colour.map((c) => c.toString(16).padStart(2, '0')).join('')}`;
export const plain = (text: string) => text.replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`);
/** A text with one symbol in it, E_th or P_avg, as it is set in the paper. */
const symbol = (text: string) => plain(text).replace(/([EP])_(th|avg)(.*)/, '$1<tspan dy="3" font-size="75%">$2</tspan><tspan dy="-3">$3</tspan>');

/** What a drawing needs of a pack: its number of codes, and whether it has patches. */
export type MapPack = Pick<Manifest, 'vocab' | 'kind'>;

interface MapParts {
  /** Pixels across and down. */
  side: number;
  tall: number;
  defs: string;
  /** Cells in their colours, and the lines between patches, in units of a cell. */
  cells: string;
  path: string;
  /** Null of a plain transformer, which has none; `path` is empty then. */
  patches: number | null;
  /** Bar, 0, E_th where the entropy gate is on, ln V. 52 pixels high. Labels that would meet are drawn on two lines. */
  scale: string;
}

/** What an entropy map is drawn from, in the colours of `map`. `ink`: colour of the mark at E_th. */
export function mapParts({ header, events }: Pick<Run, 'header' | 'events'>, { vocab, kind }: MapPack, map: MapName, ink = '#111'): MapParts {
  const { grid, settings } = header;
  const { width } = grid;
  const threshold = thresholdOf(settings);
  const top = Math.log(vocab);
  const [side, tall] = [width * CELL, Math.ceil(grid.tokens / width) * CELL];
  const centre = mapCentre(settings, top);
  const colour = (share: number) => hex(mapColour(map, share, centre));
  const patches = kind === 'gpt' ? null : patchesAt(events, events.length, width);
  const cells = events.map(({ t: at, entropy }) => {
    const fill = entropy === null ? 'url(#none)' : colour(entropy / top);
    return `<rect x="${at % width}" y="${Math.floor(at / width)}" width="1.01" height="1.01" fill="${fill}"/>`;
  }).join('');
  const y = 22;
  const stops = Array.from({ length: STOPS }, (_, i) => `<stop offset="${i / (STOPS - 1)}" stop-color="${colour(i / (STOPS - 1))}"/>`).join('');
  const at = side * Math.min(1, centre);
  const anchor = at < side * 0.15 ? 'start' : at > side * 0.85 ? 'end' : 'middle';
  const mark = threshold !== null
    ? `<path d="M${at.toFixed(1)} ${y - 4}v20" stroke="${ink}" stroke-width="2"/><text x="${at.toFixed(1)}" y="${y - 8}" text-anchor="${anchor}">${symbol(t('E_th = {threshold} nats', { threshold: decimal(String(threshold)) }))}</text>`
    : '';
  return {
    side, tall, cells, path: boundaryPath(patches ?? [], width), patches: patches && patches.length,
    defs: `<defs><pattern id="none" width="0.2" height="0.2" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="0.2" height="0.2" fill="#eee"/><path d="M0 0v0.2" stroke="#aaa" stroke-width="0.08"/></pattern><linearGradient id="map">${stops}</linearGradient></defs>`,
    scale: `<rect y="${y}" width="${side}" height="12" fill="url(#map)"/>${mark}<text y="${y + 30}">0</text><text x="${side}" y="${y + 30}" text-anchor="end">${plain(t('ln V = {top} nats', { top: fixed(top, 2) }))}</text>`,
  };
}

/** The name of a run as text, and its patches in words, as SVG; null for those of a plain transformer. */
export function runWords({ header, events, complete }: Pick<Run, 'header' | 'events' | 'complete'>, patches: number | null): { name: string; figures: string } {
  const all = tokens(events.length);
  const average = patches === null ? plain(all) : patches > 0 ? symbol(t('P_avg {average}, {patches} of {tokens}', { average: fixed(events.length / patches, 2), patches: patchCount(patches), tokens: all })) : '';
  return { name: translated(titleOf(header)).slice(0, 120), figures: `${plain(header.pack.name)}${complete ? '' : `, ${plain(t('stopped'))}`}; ${average}` };
}

/** Entropy map of a run with its patch boundaries and a legend in nats, as a stand-alone SVG for print, in the colours of `map`. */
export function entropySvg(run: Pick<Run, 'header' | 'events' | 'complete'>, pack: MapPack, map: MapName): string {
  const { side, tall, defs, cells, path, patches, scale } = mapParts(run, pack, map);
  const { name, figures } = runWords(run, patches);
  const title = plain(t('Next-token entropy: {name}', { name }));
  const [w, h] = [side + 2 * MARGIN, tall + HEAD + FOOT];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" font-family="system-ui, sans-serif" font-size="13" fill="#333">
<title>${title}</title>
${defs}
<rect width="${w}" height="${h}" fill="#fff"/>
<text x="${MARGIN}" y="24" font-size="15" font-weight="600" fill="#111">${title}</text>
<text x="${MARGIN}" y="42">${figures}</text>
<g transform="translate(${MARGIN} ${HEAD}) scale(${CELL})" shape-rendering="crispEdges">${cells}</g>
<g transform="translate(${MARGIN} ${HEAD}) scale(${CELL})" fill="none"><path d="${path}" stroke="#fff" stroke-width="0.05"/></g>
<g transform="translate(${MARGIN} ${HEAD + tall + 14})">${scale}</g>
</svg>
`;
}
