import { StudioError, toTagged } from '../../engine/errors.ts';
import { say, type Phrase } from '../../engine/phrase.ts';
import { parseRun, type Run } from '../../engine/log.ts';
import type { Manifest, PackFile } from '../../engine/manifest.ts';
import { isShortName } from '../../engine/names.ts';
import { downloadFile } from '../../packs/download.ts';
import { fetchManifest, type ManifestOptions } from '../../packs/fetch-manifest.ts';
import { localFiles } from '../../packs/local-files.ts';
import { jsonOf } from '../../packs/small-file.ts';
import { checkFits } from './fits.ts';
import { localPackFiles } from './localPacks.ts';
import type { OpenedRun } from './run.ts';

/** A pack and where its manifest lies. */
export interface KnownPack {
  name: string;
  manifest: Manifest;
  manifestUrl: string;
}

export const noName = (name: string, next: Phrase) => new StudioError('pack-missing', say`"${name}" is not the name of a pack.`, next);

/** Address of a pack's manifest next to this page. Throws `pack-missing` for a name that cannot be one. */
export function manifestAddress(name: string, base: string): string {
  if (!isShortName(name)) throw noName(name, say`Pack names are letters, digits, dots, underscores and hyphens; correct "pack" in the address or remove it.`);
  return new URL(`models/${name}/manifest.json`, base).href;
}

/** A pack next to this page, by the name in an address. Throws `pack-missing` where there is none of that name. */
export async function findPack(name: string, base: string, options: Pick<ManifestOptions, 'signal' | 'onSlow'> = {}): Promise<KnownPack> {
  const manifestUrl = manifestAddress(name, base);
  try {
    return { name, manifestUrl, manifest: await fetchManifest(manifestUrl, options) };
  } catch (error) {
    const { code, detail } = toTagged(error);
    if (code === 'pack-missing' || code === 'shard-is-html') {
      throw new StudioError('pack-missing', say`There is no pack "${name}" at this address.`, say`Correct "pack" in the address, choose the pack's folder or zip here, or put its folder beside the page under models/.`);
    }
    if (code === 'unreachable') throw new StudioError('unreachable', say`The manifest of the pack "${name}" could not be fetched.`, say`Check the connection and retry. (${detail ?? code})`);
    throw error;
  }
}

/** A small file of the pack, checked against the manifest; kept, so that it is there offline too. */
export async function fetchPackFile(file: PackFile, manifestUrl: string, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const local = localPackFiles(manifestUrl);
  return (await downloadFile(manifestUrl, file, { ...(signal && { signal }), ...(local && { cache: localFiles(local) }) })).bytes;
}

type Recording = Manifest['recordings'][number];

/** A recorded run without its picture. Throws `run-invalid` for one that its pack cannot show. */
export async function fetchRecordedRun({ run: file, class: index }: Recording, { manifest, manifestUrl }: Pick<KnownPack, 'manifest' | 'manifestUrl'>): Promise<Run> {
  const json = jsonOf(await fetchPackFile(file, manifestUrl), file.path);
  const notShown = (why: Phrase) => new StudioError('run-invalid', say`The pack's recording ${file.path} cannot be shown. ${why}`);
  let run: Run;
  try {
    run = parseRun(json);
    checkFits(run, manifest);
  } catch (error) {
    throw notShown(toTagged(error).message);
  }
  if (run.header.class !== index) throw notShown(say`It is of class ${run.header.class}, manifest.json says ${index}. Export the pack again.`);
  return run;
}

/** A recorded run with its picture. */
export async function withPicture(coming: Run | Promise<Run>, { picture }: Recording, { manifestUrl }: Pick<KnownPack, 'manifestUrl'>): Promise<OpenedRun> {
  const [run, png] = await Promise.all([coming, fetchPackFile(picture, manifestUrl)]);
  const image = await createImageBitmap(new Blob([png], { type: 'image/png' })).catch((error: unknown) => {
    throw new StudioError('run-invalid', say`The pack's file ${picture.path} is no picture that can be shown. Export the pack again.`, toTagged(error).message);
  });
  return { run, picture: { image, size: image.width, cells: run.events.length } };
}

export const fetchRecording = (recording: Recording, pack: Pick<KnownPack, 'manifest' | 'manifestUrl'>): Promise<OpenedRun> => withPicture(fetchRecordedRun(recording, pack), recording, pack);
