/** A device report as facts and tables: what the dialog shows, and as Markdown. */
import { english } from '../../engine/phrase.ts';
import type { Summary } from '../../engine/statistics.ts';
import type { BrowserBackend } from '../../engine/log.ts';
import type { BackendTrial, Way } from '../../workers/messages.ts';
import type { LoadTime } from './loads.ts';
import type { DeviceReport } from './report.ts';

export interface Table {
  title: string;
  columns: string[];
  rows: string[][];
}

export const BACKENDS: Record<BrowserBackend, string> = { wasm: 'WASM', webgpu: 'WebGPU' };
const WAYS: Record<Way, string> = { dynamic: 'dynamic patches', static: 'static patches', single: 'P_max = 1', gpt: 'plain GPT' };

/** As the page calls them. */
const GRAPHS: Record<string, string> = { entropy: 'Entropy model', encoder: 'Encoder', patch_transformer: 'Patch transformer', decoder: 'Decoder', gpt: 'Plain transformer' };

const nameOf = ({ backend, way }: { backend: BrowserBackend; way: Way }): string => `${BACKENDS[backend]}, ${WAYS[way]}`;

/** Three significant digits, whole numbers from 100 on. */
const digits = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3))));
const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;
const times = (value: number): string => `× ${value.toFixed(2)}`;
const share = (value: number): string => `${(100 * value).toFixed(1)} %`;
/** The median; the quartiles only where they differ from it. */
function spread(value: Summary, text: (value: number) => string = digits): string {
  const [low, middle, high] = [value.q1, value.median, value.q3].map(text);
  return low === high ? middle! : `${middle} (${low} to ${high})`;
}

const loadText = (time: LoadTime | null): string => (time ? `${(time.ms / 1000).toFixed(1)} s, ${(time.bytes / 1e6).toFixed(1)} MB (${time.date})` : 'not measured yet');

const recorded = (capture: BackendTrial['capture']): string => (capture?.used ? ` with recorded kernels, ${digits(capture.withoutMs)} without` : '');

/** What it was measured on and with. */
export function factsOf(report: DeviceReport): [string, string][] {
  const { device, runtime, pack, baseline, load, date, settings } = report;
  const tests = report.selfTest.map(({ backend, msPerToken, reason, capture }) => `${BACKENDS[backend]} ${msPerToken === null ? (reason ? english(reason) : 'not tried') : `${digits(msPerToken)} ms per token${recorded(capture)}${reason ? ` (${english(reason)})` : ''}`}`);
  return [
    ['Date', date],
    ['Browser', `${device.browser}, ${device.system}`],
    ['GPU', device.adapter ?? 'none used'],
    ['Processor', `${device.cores === null ? 'unknown cores' : counted(device.cores, 'logical core')}; ${counted(runtime.threads, 'WASM thread')}; ${device.crossOriginIsolated ? '' : 'not '}cross-origin isolated`],
    ['Runtime', `onnxruntime-web ${runtime.version}, ${runtime.build}`],
    ['Pack', `${pack.name} ${pack.hash.slice(0, 12)}, ${pack.variant}, ${pack.tokens} tokens, guidance ${settings.guidance}, one token per pass`],
    ...(baseline ? [['Baseline', `${baseline.name}, ${baseline.variant}`] as [string, string]] : []),
    ['This load', `${(load.ms / 1000).toFixed(1)} s, ${(load.bytes / 1e6).toFixed(1)} MB, ${(load.fromCache / 1e6).toFixed(1)} MB of it from storage`],
    ['Last first load', loadText(load.cold)],
    ['Last load from storage', loadText(load.warm)],
    ['Self-test', tests.join('; ')],
    ...(report.results.some(({ backend }) => backend === 'webgpu') ? [['WebGPU graphs', 'timed one by one, each waited for; in a run they follow each other without'] as [string, string]] : []),
    ...report.failures.map(({ backend, reason }) => [`${BACKENDS[backend]} failed`, english(reason)] as [string, string]),
  ];
}

export function tablesOf(report: DeviceReport): Table[] {
  const { results, speedups, pack } = report;
  const cut = (tokens: number) => (tokens < pack.tokens ? `cut at ${tokens} tokens` : '–');
  const graphs = [...new Set(results.flatMap((result) => Object.keys(result.graphs)))];
  return [
    {
      title: 'Speed',
      columns: ['Decoded with', 'Tokens per second', 'ms per image', 'Tokens per patch', 'Outside the runtime'],
      rows: results.map((result) => [
        nameOf(result), spread(result.tokensPerSecond), result.msPerImage ? spread(result.msPerImage) : cut(result.tokens),
        digits(result.tokensPerPatch), result.outside === null ? '–' : share(result.outside),
      ]),
    },
    {
      title: 'Gain of dynamic patches',
      columns: ['Against', 'Faster by', 'Operations allow', 'Share of the limit'],
      rows: speedups.map(({ backend, against, measured, allowed }) => [nameOf({ backend, way: against }), spread(measured, times), times(allowed), share(measured.median / allowed)]),
    },
    {
      title: 'Graphs: ms per run (runs per image)',
      columns: ['Graph', ...results.map(nameOf)],
      rows: graphs.map((graph) => [GRAPHS[graph] ?? graph, ...results.map((result) => {
        const time = result.graphs[graph];
        return time ? `${digits(time.msPerRun)} (${digits(time.runsPerImage)})` : '–';
      })]),
    },
  ].filter(({ rows }) => rows.length > 0);
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;

/** For an issue or a mail. */
export function toMarkdown(report: DeviceReport): string {
  const facts = factsOf(report).map(([name, text]) => `- ${name}: ${text}`);
  const tables = tablesOf(report).flatMap(({ title, columns, rows }) => ['', `### ${title}`, '', line(columns), `|${columns.map((_, i) => (i === 0 ? '---' : '---:')).join('|')}|`, ...rows.map(line)]);
  return ['## DPAR Studio on this device', '', ...facts, ...tables, ''].join('\n');
}
