import { base, builds, version } from 'virtual:ort-wasm';
import { downloadFiles, worstOf } from './download.ts';
import { meter, type FetchProgress } from './pack.ts';
import { joinParts } from './parts.ts';
import { runtimeId, saveRecord } from './pack-records.ts';

export type Build = keyof typeof builds;

/** onnxruntime's WebAssembly, fetched and kept like the files of a pack. */
export async function fetchRuntime(build: Build, onProgress: (progress: FetchProgress) => void): Promise<Uint8Array<ArrayBuffer>> {
  const files = builds[build];
  const progress = meter(files.reduce((sum, file) => sum + file.bytes, 0), onProgress);
  progress.report();
  const got = await downloadFiles(base, files, { onBytes: progress.onBytes, onRetry: progress.onRetry });
  if (worstOf(got) === 'stored') await saveRecord({ id: runtimeId(base), base, title: `onnxruntime ${version}`, version, manifest: null, files, savedAt: Date.now() });
  return joinParts(got.map((part) => part.bytes));
}
