import type { Run } from '../../engine/log.ts';
import { patchesAt } from '../../engine/view.ts';
import { mapColour, type MapName } from '../lib/colourMap.ts';
import { boundaryPath } from '../views/stage/boundaries.ts';

/** Pixels a cell, and around the map. */
const CELL = 32;
const MARGIN = 24;
const HEAD = 52;
const FOOT = 76;
/** Even, so that two stops lie close to either side of E_th wherever it is. */
const STOPS = 128;

const hex = (colour: readonly number[]) => `#${colour.map((c) => c.toString(16).padStart(2, '0')).join('')}`;
type Colour = (share: number) => string;
const plain = (text: string) => text.replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** Marks of the scale: 0, E_th where the entropy gate is on, ln V. Labels that would meet are drawn on two lines. */
function scale(run: Pick<Run, 'header'>, top: number, side: number, colour: Colour): string {
  const { entropyGate, entropyThreshold } = run.header.settings;
  const y = 22;
  const stops = Array.from({ length: STOPS }, (_, i) => `<stop offset="${i / (STOPS - 1)}" stop-color="${colour(i / (STOPS - 1))}"/>`).join('');
  const at = side * Math.min(1, entropyThreshold / top);
  const anchor = at < side * 0.15 ? 'start' : at > side * 0.85 ? 'end' : 'middle';
  const threshold = entropyGate
    ? `<path d="M${at.toFixed(1)} ${y - 4}v20" stroke="#111" stroke-width="2"/><text x="${at.toFixed(1)}" y="${y - 8}" text-anchor="${anchor}">E_th = ${entropyThreshold} nats</text>`
    : '';
  return `<defs><linearGradient id="map">${stops}</linearGradient></defs><rect y="${y}" width="${side}" height="12" fill="url(#map)"/>${threshold}`
    + `<text y="${y + 30}">0</text><text x="${side}" y="${y + 30}" text-anchor="end">ln V = ${top.toFixed(2)} nats</text>`;
}

/** Entropy map of a run with its patch boundaries and a legend in nats, as a stand-alone SVG for print, in the colours of `map`. `vocab`: number of codes. */
export function entropySvg(run: Pick<Run, 'header' | 'events' | 'complete'>, vocab: number, map: MapName): string {
  const { header, events } = run;
  const { width } = header.grid;
  const rows = Math.ceil(header.grid.tokens / width);
  const top = Math.log(vocab);
  const [side, tall] = [width * CELL, rows * CELL];
  const colour: Colour = (share) => hex(mapColour(map, share, header.settings.entropyThreshold / top));
  const patches = patchesAt(events, events.length, width);
  const cells = events.map(({ t, entropy }) => {
    const fill = entropy === null ? 'url(#none)' : colour(entropy / top);
    return `<rect x="${t % width}" y="${Math.floor(t / width)}" width="1.01" height="1.01" fill="${fill}"/>`;
  }).join('');
  const path = boundaryPath(patches, width);
  const name = plain(`${header.className}, seed ${header.seed}`.slice(0, 120));
  const average = patches.length > 0 ? ` P_avg ${(events.length / patches.length).toFixed(2)}, ${patches.length} patches of ${events.length} tokens` : '';
  const [w, h] = [side + 2 * MARGIN, tall + HEAD + FOOT];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" font-family="system-ui, sans-serif" font-size="13" fill="#333">
<title>Next-token entropy: ${name}</title>
<defs><pattern id="none" width="0.2" height="0.2" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="0.2" height="0.2" fill="#eee"/><path d="M0 0v0.2" stroke="#aaa" stroke-width="0.08"/></pattern></defs>
<rect width="${w}" height="${h}" fill="#fff"/>
<text x="${MARGIN}" y="24" font-size="15" font-weight="600" fill="#111">Next-token entropy: ${name}</text>
<text x="${MARGIN}" y="42">${plain(header.pack.name)}${run.complete ? '' : ', stopped'};${average}</text>
<g transform="translate(${MARGIN} ${HEAD}) scale(${CELL})" shape-rendering="crispEdges">${cells}</g>
<g transform="translate(${MARGIN} ${HEAD}) scale(${CELL})" fill="none"><path d="${path}" stroke="#fff" stroke-width="0.05"/></g>
<g transform="translate(${MARGIN} ${HEAD + tall + 14})">${scale(run, top, side, colour)}</g>
</svg>
`;
}
