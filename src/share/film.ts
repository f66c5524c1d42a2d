import type { Run } from '../../engine/log.ts';
import type { Kind } from '../../engine/manifest.ts';
import { patchesAt } from '../../engine/view.ts';
import { mapColour, type MapName } from '../lib/colourMap.ts';
import { mapCentre, thresholdOf } from '../lib/thresholdOf.ts';
import { boundaryPath } from '../views/stage/boundaries.ts';
import { drawStrip, type StripColours } from '../views/strip/draw.ts';
import { stripGeometry } from '../views/strip/geometry.ts';

/** Side of the two squares and the space around them, pixels; all even, as video codecs want. */
const SIDE = 320;
const GAP = 16;
const STRIP = 128;
/** Two lines of text. */
const TEXT = 36;
export const FILM = { width: 2 * SIDE + 3 * GAP, height: SIDE + STRIP + TEXT + 4 * GAP } as const;
const MOST_FRAMES = 64;
/** Milliseconds a frame, and of the last one. */
export const FRAME_MS = 80;
export const LAST_MS = 2000;

/** Tokens shown in each frame: even steps, the last one whole. At most 64 frames. */
export function frameCursors(tokens: number): number[] {
  const step = Math.max(1, Math.ceil(tokens / MOST_FRAMES));
  const frames: number[] = [];
  for (let cursor = step; cursor < tokens; cursor += step) frames.push(cursor);
  return [...frames, tokens];
}

export interface FilmRun {
  run: Pick<Run, 'header' | 'events'>;
  image: CanvasImageSource;
  vocab: number;
  /** Of the pack: a plain transformer has no patches to draw. */
  kind: Kind;
  /** Colours of the entropy map. */
  map: MapName;
  /** Pixel-exact or smooth, as on the page. */
  smooth: boolean;
  /** What the run is, for people. */
  title: string;
  /** Where the run can be made again; '' where no link makes it. */
  address: string;
  /** The running figures after `cursor` tokens, for people. */
  figures: (cursor: number) => string;
}

/** What a film says of where its run can be made again: of a site on this machine only the part that holds at any other. */
export function filmAddress(page: string, hash: string): string {
  const { href, hostname } = new URL(hash, page);
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname) ? hash : href;
}

type Ctx = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

function drawPicture(ctx: Ctx, { run, image, smooth }: FilmRun, cursor: number): void {
  const { width } = run.header.grid;
  const cell = SIDE / width;
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, 0, SIDE, Math.floor(cursor / width) * cell);
  ctx.rect(0, Math.floor(cursor / width) * cell, (cursor % width) * cell, cell);
  ctx.clip();
  ctx.imageSmoothingEnabled = smooth;
  ctx.imageSmoothingQuality = 'high';
  ctx.drawImage(image, 0, 0, SIDE, SIDE);
  ctx.restore();
}

function drawMap(ctx: Ctx, { run, vocab, map }: FilmRun, cursor: number): void {
  const { width } = run.header.grid;
  const cell = SIDE / width;
  const top = Math.log(vocab);
  const centre = mapCentre(run.header.settings, top);
  for (const { t, entropy } of run.events.slice(0, cursor)) {
    if (entropy === null) continue;
    ctx.fillStyle = `rgb(${mapColour(map, entropy / top, centre).join(' ')})`;
    ctx.fillRect(Math.floor((t % width) * cell), Math.floor(Math.floor(t / width) * cell), Math.ceil(cell), Math.ceil(cell));
  }
}

function drawBoundaries(ctx: Ctx, { run }: FilmRun, cursor: number, strength: number): void {
  const { width } = run.header.grid;
  const cell = SIDE / width;
  ctx.save();
  ctx.scale(cell, cell);
  const path = new Path2D(boundaryPath(patchesAt(run.events, cursor, width), width));
  ctx.lineWidth = 1.2 / cell;
  ctx.strokeStyle = `rgb(255 255 255 / ${strength})`;
  ctx.stroke(path);
  ctx.restore();
}

/** Title and figures, then the address, each cut to the width of the frame. */
function drawText(ctx: Ctx, { title, address, figures }: FilmRun, cursor: number, colours: StripColours): void {
  const y = SIDE + STRIP + 3 * GAP;
  ctx.textBaseline = 'top';
  ctx.font = '600 14px system-ui, sans-serif';
  ctx.fillStyle = colours.text;
  ctx.fillText(`${title} · ${figures(cursor)}`, GAP, y, FILM.width - 2 * GAP);
  ctx.font = '12px system-ui, sans-serif';
  ctx.fillStyle = colours.muted;
  ctx.fillText(address, GAP, y + 20, FILM.width - 2 * GAP);
}

/** One frame: picture and entropy map side by side, the strip below, as the studio shows them after `cursor` tokens; what they are in words. */
export function drawFrame(ctx: Ctx, film: FilmRun, cursor: number, colours: StripColours, ground: string): void {
  ctx.fillStyle = ground;
  ctx.fillRect(0, 0, FILM.width, FILM.height);
  for (const [column, draw] of [drawPicture, drawMap].entries()) {
    ctx.save();
    ctx.translate(GAP + column * (SIDE + GAP), GAP);
    ctx.fillStyle = colours.line;
    ctx.fillRect(0, 0, SIDE, SIDE);
    draw(ctx, film, cursor);
    if (film.kind !== 'gpt') drawBoundaries(ctx, film, cursor, column === 0 ? 0.5 : 0.95);
    ctx.restore();
  }
  drawFilmStrip(ctx, film, cursor, colours);
  drawText(ctx, film, cursor, colours);
}

function drawFilmStrip(ctx: Ctx, { run: { header, events }, vocab, kind }: FilmRun, cursor: number, colours: StripColours): void {
  const geometry = stripGeometry(FILM.width - 2 * GAP, STRIP, header.grid.tokens, Math.log(vocab));
  // The strip clears its ground, so it is drawn apart and laid over.
  const strip = new OffscreenCanvas(FILM.width - 2 * GAP, STRIP);
  drawStrip(strip.getContext('2d') as unknown as CanvasRenderingContext2D, geometry, {
    events: events.slice(0, cursor), cursor, gridWidth: header.grid.width, patches: kind !== 'gpt', passes: true, threshold: thresholdOf(header.settings), font: '11px system-ui, sans-serif',
  }, colours);
  ctx.drawImage(strip, GAP, SIDE + 2 * GAP);
}
