import { usePack } from '../context.ts';
import { tileStyle, usePackImage } from '../packImage.ts';

/** A code painted alone, from the pack's sheet. */
export function CodeTile({ token }: { token: number }) {
  const manifest = usePack((state) => state.manifest);
  const url = usePack((state) => state.manifestUrl);
  const sheet = usePackImage(manifest?.codebook.tiles, url);
  if (!manifest) return null;
  const { columns } = manifest.codebook;
  const rows = Math.ceil(manifest.vocab / columns);
  return <span className="code-tile" aria-hidden="true" style={tileStyle(sheet, token, columns, rows)} />;
}
