import type { TokenEvent } from '../../../engine/log.ts';
import { passesAt, patchesAt, patchOf, sharesPasses } from '../../../engine/view.ts';
import { fixed } from '../../lib/format.ts';
import { kindOf } from '../../lib/reasons.ts';
import { barX, levelY, type StripGeometry } from './geometry.ts';

export interface StripColours {
  text: string; muted: string; line: string; accent: string; surprise: string; forced: string; joins: string; panel: string;
}

export interface StripFrame {
  events: readonly TokenEvent[];
  cursor: number;
  /** Token looked at, in every view; its bar, bracket and patch stand out. */
  looked?: number | null;
  gridWidth: number;
  /** Tokens open patches or join them. Without, as decoded by a plain transformer: bars alone. */
  patches: boolean;
  /** Passes have their line over the bars. */
  passes: boolean;
  /** Null when the entropy gate is off: there is no line to draw. */
  threshold: number | null;
  /** E_th of the decoded run while another is tried out. */
  decodedThreshold?: number | null;
  /** Of the scale, with its size. */
  font: string;
}

/** Not shown yet, but known: the run is scrubbed back. */
const AHEAD = 0.18;

export function drawStrip(ctx: CanvasRenderingContext2D, g: StripGeometry, frame: StripFrame, colours: StripColours): void {
  ctx.clearRect(0, 0, g.width, g.height);
  ctx.font = frame.font;
  drawRows(ctx, g, frame, colours);
  drawLooked(ctx, g, frame, colours);
  drawScale(ctx, g, frame, colours);
  drawBars(ctx, g, frame, colours);
  if (frame.patches) drawBrackets(ctx, g, frame, colours);
  if (frame.passes) drawPasses(ctx, g, frame, colours);
  if (frame.decodedThreshold != null) drawThreshold(ctx, g, frame.decodedThreshold, colours.muted, [1, 3]);
  if (frame.threshold !== null) drawThreshold(ctx, g, frame.threshold, colours.text, [4, 3]);
  drawCursor(ctx, g, frame, colours);
}

const crisp = (value: number) => Math.round(value) + 0.5;

function drawRows(ctx: CanvasRenderingContext2D, g: StripGeometry, frame: StripFrame, colours: StripColours): void {
  const rows = Math.ceil(g.tokens / frame.gridWidth);
  const rowPixels = frame.gridWidth * g.pitch;
  const every = Math.ceil(22 * g.letters / rowPixels);
  ctx.strokeStyle = colours.line;
  ctx.fillStyle = colours.muted;
  ctx.lineWidth = 1;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'alphabetic';
  ctx.beginPath();
  for (let row = 0; row <= rows; row++) {
    const x = crisp(barX(g, row * frame.gridWidth) - 1);
    ctx.moveTo(x, g.top);
    ctx.lineTo(x, g.top + g.plotHeight);
    if (row < rows && row % every === 0) ctx.fillText(String(row + 1), barX(g, (row + 0.5) * frame.gridWidth), g.height - 5 * g.letters);
  }
  ctx.stroke();
}

function drawScale(ctx: CanvasRenderingContext2D, g: StripGeometry, frame: StripFrame, colours: StripColours): void {
  ctx.fillStyle = colours.muted;
  ctx.textAlign = 'right';
  ctx.textBaseline = 'middle';
  const lineY = frame.threshold === null ? -99 : levelY(g, frame.threshold);
  for (const level of [0, g.maxEntropy / 2, g.maxEntropy]) {
    const y = levelY(g, level);
    if (Math.abs(y - lineY) > 12 * g.letters) ctx.fillText(level === 0 ? '0' : fixed(level, 1), g.left - 7, y);
  }
  ctx.fillRect(g.left - 2, g.top + g.plotHeight, g.width - g.left, 1);
}

function drawBars(ctx: CanvasRenderingContext2D, g: StripGeometry, frame: StripFrame, colours: StripColours): void {
  const wide = Math.max(1, g.pitch >= 2.2 ? Math.floor(g.pitch * 10) / 10 - 1 : g.pitch);
  const mark = Math.max(1.5, Math.min(3, g.pitch * 0.8));
  const base = g.top + g.plotHeight;
  frame.events.forEach((event, token) => {
    // Without patches or an entropy there is nothing to say about it: a token that was decoded, no more.
    const kind = !frame.patches || (event.entropy === null && token > 0) ? null : kindOf(event.opens);
    ctx.globalAlpha = token < frame.cursor ? 1 : AHEAD;
    ctx.fillStyle = kind ? colours[kind] : colours.muted;
    const x = barX(g, token);
    const y = event.entropy === null ? base - 3 : levelY(g, event.entropy);
    ctx.fillRect(x, y, wide, Math.max(1, base - y));
    // The mark says "opened, though not above E_th" without colour.
    if (kind === 'forced') ctx.fillRect(x + wide / 2 - mark / 2, y - mark - 2.5, mark, mark);
  });
  ctx.globalAlpha = 1;
}

function drawBrackets(ctx: CanvasRenderingContext2D, g: StripGeometry, frame: StripFrame, colours: StripColours): void {
  const y = g.top + g.plotHeight + 4;
  const bracket = g.pitch >= 2.2;
  ctx.strokeStyle = colours.muted;
  ctx.fillStyle = colours.muted;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (const { index, start, end } of patchesAt(frame.events, frame.cursor, frame.gridWidth)) {
    const x0 = barX(g, start);
    const x1 = barX(g, end + 1) - 1;
    if (bracket) {
      const left = crisp(x0);
      const right = Math.max(left + 1, crisp(x1) - 1);
      ctx.moveTo(left, y);
      ctx.lineTo(left, y + 5.5);
      ctx.lineTo(right, y + 5.5);
      ctx.lineTo(right, y);
    } else {
      // Too narrow for brackets: patches alternate between two levels, like bricks.
      ctx.fillRect(x0, y + (index % 2 === 0 ? 0 : 3), Math.max(0.75, barX(g, end + 1) - x0), 2.5);
    }
  }
  ctx.stroke();
}

/** Above the bars, where passes settled several tokens: a line over those of each, dark and light in turn. */
function drawPasses(ctx: CanvasRenderingContext2D, g: StripGeometry, { events, cursor }: StripFrame, colours: StripColours): void {
  if (!sharesPasses(events, cursor)) return;
  ctx.fillStyle = colours.text;
  for (const { pass, start, end } of passesAt(events, cursor)) {
    ctx.globalAlpha = pass % 2 === 0 ? 0.75 : 0.25;
    ctx.fillRect(barX(g, start), g.top - 4, (end - start) * g.pitch, 3);
  }
  ctx.globalAlpha = 1;
}

/** Behind the bars: a light band over the patch looked at, if any, a stronger one over its token. */
function drawLooked(ctx: CanvasRenderingContext2D, g: StripGeometry, { events, cursor, looked, gridWidth, patches }: StripFrame, colours: StripColours): void {
  const patch = looked == null ? undefined : patchOf(events, looked, cursor, gridWidth);
  if (looked == null || !patch) return;
  const band = (from: number, to: number, alpha: number, fill: string) => {
    ctx.globalAlpha = alpha;
    ctx.fillStyle = fill;
    ctx.fillRect(barX(g, from) - 1, g.top - 4, Math.max(2, barX(g, to) - barX(g, from) + 1), g.plotHeight + 15);
  };
  if (patches) band(patch.start, patch.end + 1, 0.16, colours.text);
  band(looked, looked + 1, 0.5, colours.accent);
  ctx.globalAlpha = 1;
}

/** The line only: its value stands on the handle beside it. */
function drawThreshold(ctx: CanvasRenderingContext2D, g: StripGeometry, threshold: number, colour: string, dash: number[]): void {
  const y = crisp(levelY(g, threshold));
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.25;
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(g.left - 3, y);
  ctx.lineTo(g.width - 4, y);
  ctx.stroke();
  ctx.setLineDash([]);
}

function drawCursor(ctx: CanvasRenderingContext2D, g: StripGeometry, frame: StripFrame, colours: StripColours): void {
  const x = crisp(barX(g, frame.cursor) - 1);
  ctx.strokeStyle = colours.text;
  ctx.fillStyle = colours.text;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(x, 6);
  ctx.lineTo(x, g.top + g.plotHeight + 10);
  ctx.stroke();
  ctx.beginPath();
  ctx.moveTo(x - 5, 1);
  ctx.lineTo(x + 5, 1);
  ctx.lineTo(x + 5, 5);
  ctx.lineTo(x, 10);
  ctx.lineTo(x - 5, 5);
  ctx.closePath();
  ctx.fill();
}
