/** What was measured on a device, as data: the JSON that people send, and what tables and Markdown are made from. */
import { allowedSpeedup } from '../../engine/cost.ts';
import type { Manifest } from '../../engine/manifest.ts';
import { insideRuntime } from '../../engine/measure.ts';
import { groupsOf } from '../../engine/sampling.ts';
import type { Settings } from '../../engine/settings.ts';
import { median, ratios, summary, type Summary } from '../../engine/statistics.ts';
import type { BrowserBackend } from '../../engine/log.ts';
import type { BackendTrial, DeviceMeasurement, LoadReport, Measured, Way } from '../../workers/messages.ts';
import type { LoadTimes } from './loads.ts';

export interface DeviceFacts {
  browser: string;
  system: string;
  /** Logical cores, as the browser reports them. */
  cores: number | null;
  crossOriginIsolated: boolean;
}

/** Images decoded one way on one backend; medians over the images. */
interface WayResult {
  backend: BrowserBackend;
  way: Way;
  images: number;
  /** Tokens of an image; fewer than the grid has where the device was too slow to finish one. */
  tokens: number;
  tokensPerSecond: Summary;
  /** Null where images were cut short. */
  msPerImage: Summary | null;
  tokensPerPatch: number;
  /** Share of the time outside onnxruntime, 0 to 1; null on a GPU, which works on while the processor is elsewhere. */
  outside: number | null;
  graphs: Record<string, { msPerRun: number; runsPerImage: number }>;
}

/** How much faster dynamic patches were than another way on the same backend, and how much the operation count allows. */
interface Speedup {
  backend: BrowserBackend;
  against: Way;
  measured: Summary;
  allowed: number;
}

export interface DeviceReport {
  format: 1;
  /** ISO day. */
  date: string;
  device: DeviceFacts & { adapter: string | null };
  runtime: DeviceMeasurement['runtime'];
  pack: { name: string; hash: string; variant: string; tokens: number };
  baseline: { name: string; variant: string } | null;
  settings: Settings;
  load: LoadTimes & { ms: number; bytes: number; fromCache: number };
  selfTest: BackendTrial[];
  results: WayResult[];
  speedups: Speedup[];
  failures: DeviceMeasurement['failures'];
}

function resultOf(images: readonly Measured[], tokens: number): WayResult {
  const { backend, way } = images[0]!;
  const graphs = [...new Set(images.flatMap((image) => Object.keys(image.graphs)))].map((name) => {
    const times = images.map((image) => image.graphs[name]).filter((time) => time !== undefined);
    return [name, { msPerRun: median(times.map(({ ms, runs }) => ms / runs)), runsPerImage: median(times.map(({ runs }) => runs)) }] as const;
  });
  return {
    backend, way, images: images.length, tokens: median(images.map((image) => image.tokens.length)),
    tokensPerSecond: summary(images.map((image) => (1000 * image.tokens.length) / image.ms)),
    msPerImage: images.every((image) => image.tokens.length === tokens) ? summary(images.map(({ ms }) => ms)) : null,
    tokensPerPatch: median(images.map((image) => image.tokens.length / image.patches)),
    outside: backend === 'webgpu' ? null : median(images.map((image) => 1 - insideRuntime(image) / image.ms)),
    graphs: Object.fromEntries(graphs),
  };
}

/** Rates of the same round are compared, so that a slow minute hurts both. */
function speedupOf(dynamic: readonly Measured[], other: readonly Measured[], manifest: Manifest, against: Manifest): Speedup {
  const rate = ({ tokens, ms }: Measured) => tokens.length / ms;
  const allowed = dynamic.map(({ tokens, patches }) => allowedSpeedup(manifest, against, tokens.length, patches, groupsOf(manifest.defaults)));
  return { backend: other[0]!.backend, against: other[0]!.way, measured: ratios(dynamic.map(rate), other.map(rate)), allowed: median(allowed) };
}

/** Everything about one measuring of a loaded model. */
export function deviceReport(facts: DeviceFacts, report: LoadReport, { measured, failures, adapter, runtime, baseline }: DeviceMeasurement, loads: LoadTimes, day: Date): DeviceReport {
  const { manifest, packHash: hash, variant, bytes, ms, trials } = report;
  const of = (backend: BrowserBackend, way: Way) => measured.filter((image) => image.backend === backend && image.way === way && image.tokens.length > 0);
  const results: WayResult[] = [];
  const speedups: Speedup[] = [];
  for (const backend of ['wasm', 'webgpu'] as const) {
    const dynamic = of(backend, 'dynamic');
    for (const way of ['dynamic', 'single', 'gpt'] as const) {
      const images = of(backend, way);
      if (images.length === 0) continue;
      results.push(resultOf(images, manifest.grid.tokens));
      if (way !== 'dynamic' && dynamic.length === images.length) speedups.push(speedupOf(dynamic, images, manifest, way === 'gpt' && baseline ? baseline.manifest : manifest));
    }
  }
  return {
    format: 1, date: day.toISOString().slice(0, 10), device: { ...facts, adapter }, runtime,
    pack: { name: manifest.name, hash, variant, tokens: manifest.grid.tokens },
    baseline: baseline && { name: baseline.manifest.name, variant: baseline.variant },
    settings: manifest.defaults, load: { ...loads, ms, bytes: bytes.total, fromCache: bytes.fromCache },
    selfTest: trials, results, speedups, failures,
  };
}

/** Four significant digits: more would be noise. */
export const toJson = (report: DeviceReport): string =>
  `${JSON.stringify(report, (_, value: unknown) => (typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value), 1)}\n`;
