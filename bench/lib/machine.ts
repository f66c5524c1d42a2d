/** What the figures were measured on, without names of hosts, people or folders. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, platform, totalmem } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';

export interface Machine {
  cpu: string;
  cores: number;
  memoryGiB: number;
  system: string;
  node: string;
  onnxruntimeNode: string;
  onnxruntimeWeb: string;
  chromium: string;
  /** Share of the processor that other programs took just before, 0 to 1. */
  busy: number;
}

/** Above this, figures are printed but not judged. */
export const BUSY = 0.1;

const require = createRequire(import.meta.url);

/** Version of an installed package, found beside its entry point. */
export function packageVersion(name: string): string {
  const entry = require.resolve(name);
  const root = entry.slice(0, entry.lastIndexOf(`/node_modules/${name}/`) + `/node_modules/${name}/`.length);
  return (JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string }).version;
}

/** Share of processor time that is taken while this process waits. */
async function busyShare(ms = 2000): Promise<number> {
  const read = () => cpus().reduce(([all, idle], { times }) => [all + times.user + times.nice + times.sys + times.irq + times.idle, idle + times.idle] as const, [0, 0] as readonly [number, number]);
  const [all, idle] = read();
  await wait(ms);
  const [allLater, idleLater] = read();
  return allLater === all ? 0 : 1 - (idleLater - idle) / (allLater - all);
}

export async function describeMachine(): Promise<Omit<Machine, 'chromium'>> {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()}`, node: process.versions.node,
    onnxruntimeNode: packageVersion('onnxruntime-node'), onnxruntimeWeb: packageVersion('onnxruntime-web'),
    busy: Math.round((await busyShare()) * 100) / 100,
  };
}

export const machineText = (m: Machine): string => [
  `${m.cpu}, ${m.cores} cores, ${m.memoryGiB} GiB, ${m.system}`, `Node ${m.node}`, `onnxruntime-node ${m.onnxruntimeNode}`,
  `onnxruntime-web ${m.onnxruntimeWeb}`, `Chromium ${m.chromium}`,
  `${Math.round(m.busy * 100)} % taken by other programs`,
].join('; ');
