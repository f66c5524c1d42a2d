import { fetchPackFile } from '../../state/packFiles.ts';
import { readPicture } from '../../lib/readPicture.ts';
import { checkSheet, type Sheet } from '../../lib/sheet.ts';
import { deskOf } from '../../state/inspect/desk.ts';
import { named, translated, t } from '../../text/t.ts';
import { tileStyle, usePackImage } from '../packImage.ts';
import { usePack, useSettings, useStudio } from '../context.ts';
import type { Manifest } from '../../../engine/manifest.ts';
import { say, term } from '../../../engine/phrase.ts';

/** The pack's gallery; without one, the picture of every class. */
const sheetOf = ({ gallery, thumbnails, classes }: Manifest): Sheet => gallery ?? { ...thumbnails, classes: thumbnails.classes ?? classes.map((_, index) => index) };

function cutTile(image: CanvasImageSource, index: number, { columns, size }: Sheet): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  canvas.getContext('2d')!.drawImage(image, (index % columns) * size, Math.floor(index / columns) * size, size, size, 0, 0, size, size);
  return canvas;
}

/** Pictures of the pack to start from, those of the chosen class first: held-out real ones, never trained on, or the model's own where it came without any. */
export function Gallery() {
  const desk = deskOf(useStudio());
  const manifest = usePack((state) => state.manifest);
  const url = usePack((state) => state.manifestUrl);
  const chosen = useSettings((state) => state.class);
  const sheet = manifest && sheetOf(manifest);
  const image = usePackImage(sheet?.file, url);
  if (!manifest || !sheet) return null;
  const own = manifest.pictures === 'samples';
  const rows = Math.ceil(sheet.classes.length / sheet.columns);
  const numbers = new Map<number, number>();
  const tiles = sheet.classes.map((classIndex, index) => {
    const number = (numbers.get(classIndex) ?? 0) + 1;
    numbers.set(classIndex, number);
    const label = term(manifest.classes[classIndex]!.label);
    return { index, classIndex, name: own ? say`${label}, sample ${number}` : say`${label}, held-out picture ${number}` };
  });
  const open = (tile: (typeof tiles)[number]) => void desk.openTile(tile.name, tile.classIndex, async () => {
    const bytes = await fetchPackFile(sheet.file, url);
    const picture = await readPicture(new Blob([bytes], { type: 'image/png' }), sheet.file.path);
    checkSheet(sheet, picture);
    return { image: cutTile(picture.image, tile.index, sheet), width: sheet.size, height: sheet.size };
  });
  const ordered = [...tiles.filter((tile) => tile.classIndex === chosen), ...tiles.filter((tile) => tile.classIndex !== chosen)];
  return (
    <>
      <h3 className="gallery-heading">{t('Or try one of these')}</h3>
      <p className="hint">{own ? t('The model’s own samples.') : t('Held-out pictures, never trained on.')}</p>
      <ul className="gallery" aria-label={own ? t('The model’s own samples') : t('Held-out pictures')}>
        {ordered.map((tile) => (
          <li key={tile.index}>
            <button
              type="button" className="gallery-tile" aria-label={translated(tile.name)} title={translated(tile.name)} onClick={() => open(tile)}
              style={tileStyle(image, tile.index, sheet.columns, rows)}
            />
            <span className="gallery-name" aria-hidden="true">{named(manifest.classes[tile.classIndex]!.label)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
