import { PNG } from 'pngjs';
import { expect, it, vi } from 'vitest';
import { english } from '../../engine/phrase.ts';
import { createNotices } from '../state/notices.ts';
import type { Studio } from '../state/studio.ts';
import { openFile } from './openFile.ts';

const setup = () => {
  const notices = createNotices();
  return { notices, studio: { notices, address: { views: { open: vi.fn() } } } as unknown as Studio };
};

it('a photo holds no run: it can be inspected with one press', async () => {
  const { studio, notices } = setup();
  await openFile(studio, new File([new Uint8Array(PNG.sync.write(new PNG({ width: 4, height: 4 })))], 'photo.png', { type: 'image/png' }));
  const [notice] = notices.getState().list;
  expect(english(notice!.message)).toContain('photo.png is a picture without a run inside');
  expect(english(notice!.action!.label)).toBe('Inspect it');
});

it.each([['notes.json', '{}'], ['all.dpar-history', 'PK']])('%s is nothing to inspect', async (name, text) => {
  const { studio, notices } = setup();
  await openFile(studio, new File([text], name, { type: name.endsWith('json') ? 'application/json' : '' }));
  expect(notices.getState().list).toHaveLength(1);
  expect(notices.getState().list[0]!.action).toBeUndefined();
});
