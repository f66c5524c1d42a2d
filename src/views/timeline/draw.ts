import type { Stage, TokenEvent } from '../../../engine/log.ts';
import { fixed } from '../../lib/format.ts';
import { callsOf, LANES, scaleTop } from './timeline.ts';

export type LaneColours = Record<Stage | 'text' | 'muted' | 'line' | 'accent' | 'well', string>;

export interface TimelineFrame {
  events: readonly TokenEvent[];
  /** Tokens of the whole image. */
  tokens: number;
  cursor: number;
  /** Tokens drawn call by call. */
  from: number;
  to: number;
  /** Stages of this kind of model, top to bottom. */
  lanes: readonly Stage[];
  font: string;
}

/** CSS pixels, origin at the top left. */
export const OVERVIEW = 64;
export const LANE = 20;
const GAP = 30;
const AXIS = 18;
const AHEAD = 0.25;

export const timelineHeight = (lanes: number) => OVERVIEW + GAP + lanes * LANE + AXIS;

/** The token under x in the overview. */
export const tokenAt = (x: number, width: number, tokens: number) => Math.min(tokens, Math.max(1, Math.floor((x / width) * tokens) + 1));

/** Above: milliseconds of every token, by stage. Below: the calls of one row, each as long as it took. */
export function drawTimeline(ctx: CanvasRenderingContext2D, width: number, frame: TimelineFrame, colours: LaneColours): void {
  ctx.clearRect(0, 0, width, timelineHeight(frame.lanes.length));
  ctx.font = frame.font;
  drawOverview(ctx, width, frame, colours);
  drawCalls(ctx, width, frame, colours);
}

function drawOverview(ctx: CanvasRenderingContext2D, width: number, { events, tokens, cursor, from, to }: TimelineFrame, colours: LaneColours): void {
  const pitch = width / tokens;
  const top = scaleTop(events);
  ctx.fillStyle = colours.well;
  ctx.fillRect(from * pitch, 0, (to - from) * pitch, OVERVIEW);
  events.forEach(({ times }, token) => {
    let y = OVERVIEW;
    ctx.globalAlpha = token < cursor ? 1 : AHEAD;
    for (const stage of LANES) {
      const height = Math.min(y, ((times[stage] ?? 0) / top) * OVERVIEW);
      ctx.fillStyle = colours[stage];
      ctx.fillRect(token * pitch, y - height, Math.max(0.6, pitch - (pitch > 2 ? 0.8 : 0)), height);
      y -= height;
    }
  });
  ctx.globalAlpha = 1;
  ctx.fillStyle = colours.text;
  ctx.fillRect(Math.min(width - 1.5, Math.max(0, cursor * pitch - 0.75)), 0, 1.5, OVERVIEW);
  ctx.fillStyle = colours.line;
  ctx.fillRect(0, OVERVIEW, width, 1);
}

function drawCalls(ctx: CanvasRenderingContext2D, width: number, { events, cursor, from, to, lanes }: TimelineFrame, colours: LaneColours): void {
  const calls = callsOf(events, from, to);
  const last = calls.at(-1);
  const span = last ? last.start + last.ms : 0;
  const y0 = OVERVIEW + GAP;
  ctx.fillStyle = colours.line;
  lanes.forEach((_, i) => ctx.fillRect(0, y0 + (i + 1) * LANE - 1, width, 1));
  if (span === 0) return;
  const x = (ms: number) => (ms / span) * width;
  for (const { token, stage, start, ms } of calls) {
    const lane = lanes.indexOf(stage);
    if (lane < 0) continue;
    ctx.globalAlpha = token < cursor ? 1 : AHEAD;
    ctx.fillStyle = colours[stage];
    ctx.fillRect(x(start), y0 + lane * LANE + 3, Math.max(1, x(ms) - 0.6), LANE - 7);
    if (token === cursor - 1) {
      ctx.strokeStyle = colours.text;
      ctx.strokeRect(x(start) + 0.5, y0 + lane * LANE + 2.5, Math.max(1, x(ms) - 1), LANE - 6);
    }
  }
  ctx.globalAlpha = 1;
  ctx.fillStyle = colours.muted;
  ctx.textBaseline = 'alphabetic';
  const foot = y0 + lanes.length * LANE + 13;
  ctx.textAlign = 'left';
  ctx.fillText('0', 0, foot);
  ctx.textAlign = 'right';
  ctx.fillText(`${fixed(span, span < 10 ? 1 : 0)} ms`, width, foot);
}
