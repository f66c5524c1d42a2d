import { StageTimes, type Run, type Stage, type TokenEvent } from '../../engine/log.ts';

const column = (name: string, read: (event: TokenEvent, width: number) => number | string | null | undefined) => ({ name, read });

const COLUMNS = [
  column('t', (e) => e.t),
  column('row', (e, width) => Math.floor(e.t / width)),
  column('column', (e, width) => e.t % width),
  column('token', (e) => e.token),
  column('entropy_nats', (e) => e.entropy),
  column('opens', (e) => e.opens.join(' ')),
  column('patch', (e) => e.patch),
  column('pass', (e) => e.pass),
  column('source', (e) => e.source),
  column('logprob', (e) => e.logprob),
  column('class_logprob', (e) => e.classLogprob),
  ...(Object.keys(StageTimes.shape) as Stage[]).map((stage) => column(`${stage.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)}_ms`, (e) => e.times[stage])),
];

/** One line per token (RFC 4180); what did not run or has no value is empty. The times of a pass stand at its first token. No value holds a comma or a quote. */
export function runToCsv({ header, events }: Pick<Run, 'header' | 'events'>): string {
  const lines = events.map((event) => COLUMNS.map(({ read }) => read(event, header.grid.width) ?? '').join(','));
  return [COLUMNS.map(({ name }) => name).join(','), ...lines, ''].join('\r\n');
}
