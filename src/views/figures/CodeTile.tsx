import { usePack } from '../context.ts';
import { usePackImage } from '../packImage.ts';

/** A code painted alone, from the pack's sheet. */
export function CodeTile({ token }: { token: number }) {
  const manifest = usePack((state) => state.manifest);
  const url = usePack((state) => state.manifestUrl);
  const sheet = usePackImage(manifest?.codebook.tiles, url);
  if (!manifest) return null;
  const { columns } = manifest.codebook;
  const rows = Math.ceil(manifest.vocab / columns);
  const at = (index: number, count: number) => (count > 1 ? `${(100 * index) / (count - 1)}%` : '0');
  return (
    <span
      className="code-tile" aria-hidden="true"
      style={{
        backgroundImage: sheet, backgroundSize: `${columns * 100}% ${rows * 100}%`,
        backgroundPosition: `${at(token % columns, columns)} ${at(Math.floor(token / columns), rows)}`,
      }}
    />
  );
}
