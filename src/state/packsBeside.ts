import { toTagged } from '../../engine/errors.ts';
import type { Kind, Manifest } from '../../engine/manifest.ts';
import { fetchPackList } from '../../packs/pack-list.ts';
import { findPack, type KnownPack } from './packFiles.ts';
import { sameCodes, sameTokens } from './sameTokens.ts';

/** A manifest that came and is refused is as good as none; any other may be there once the network is. */
const refused = (error: unknown): null | 'unread' => (toTagged(error).code.startsWith('manifest-') ? null : 'unread');

/** The packs of this site that can be read, of one kind or of all, but for the one called `own`. `unread`: there may be more, since the list or a pack that it names could not be read. */
async function otherPacks(own: string | null, base: string, kind?: Kind): Promise<{ packs: KnownPack[]; unread: boolean }> {
  const list = await fetchPackList(base).catch(() => null);
  const wanted = list?.filter((entry) => entry.name !== own && (!kind || entry.kind === kind)) ?? [];
  const found = await Promise.all(wanted.map(({ name }) => findPack(name, base).catch(refused)));
  return { packs: found.filter((pack) => pack !== null && pack !== 'unread'), unread: list === null || found.includes('unread') };
}

/** The other packs of this site that can be read, of one kind or of all, that make the same tokens as `own`: its pictures can be compared with theirs. */
export async function packsBeside(own: { name: string | null; manifest: Manifest | null }, base: string, kind?: Kind): Promise<KnownPack[]> {
  const { manifest } = own;
  return manifest ? (await otherPacks(own.name, base, kind)).packs.filter((pack) => sameTokens(pack.manifest, manifest)) : [];
}

/** Packs of this site with patches for larger or smaller pictures of the same tokenizer. */
export async function packsOfOtherSizes(manifest: Manifest, base: string): Promise<Manifest[]> {
  const packs = (await otherPacks(null, base, 'dpar')).packs.map((pack) => pack.manifest);
  return packs.filter((pack) => sameCodes(pack, manifest) && !sameTokens(pack, manifest));
}

/** The plain transformer of this site that makes the same tokens; null where there is none that can be read. */
export const findPlainPack = async (manifest: Manifest, base: string): Promise<KnownPack | null> => (await packsBeside({ name: null, manifest }, base, 'gpt'))[0] ?? null;

/** Whether there is one. 'unread': none was found, but the list or a plain transformer that it names could not be read. */
export async function lookForPlain(manifest: Manifest, base: string): Promise<'there' | 'none' | 'unread'> {
  const { packs, unread } = await otherPacks(null, base, 'gpt');
  if (packs.some((pack) => sameTokens(pack.manifest, manifest))) return 'there';
  return unread ? 'unread' : 'none';
}

/** A pack that has patches to show: `own`, or, where that decodes token by token, one of this site with its tokens, or else the first. */
export async function patchedPack(own: { name: string; manifest: Manifest | null; manifestUrl: string }, base: string): Promise<KnownPack | null> {
  const { name, manifest, manifestUrl } = own;
  if (!manifest) return null;
  const page = { name, manifest, manifestUrl };
  if (manifest.kind !== 'gpt') return page;
  const [beside] = await packsBeside(own, base, 'dpar');
  if (beside) return beside;
  const first = (await fetchPackList(base)).find(({ kind }) => kind === 'dpar');
  return first ? findPack(first.name, base) : page;
}
