import { inMegabytes, say } from '../../engine/phrase.ts';
import type { Manifest } from '../../engine/manifest.ts';
import type { Notices } from '../state/notices.ts';

/** Asks before a pack of a stranger is used: its words and numbers come from whoever made it. `host` is null for a file. */
export function askFor({ title, ...manifest }: Manifest, bytes: number, host: string | null, notices: Notices, agreed: () => Promise<void>): void {
  const [license, data] = [manifest.license.slice(0, 80), manifest.data.name.slice(0, 80)];
  notices.replace('pack', [{
    code: 'pack-consent', message: say`Use the pack "${title.slice(0, 80)}" (${inMegabytes(bytes)} MB)?`,
    detail: host === null
      ? say`It comes from a file, not from this site. Stated licence: ${license}; data ${data}. It is used for this visit only.`
      : say`It comes from ${host}. Stated licence: ${license}; data ${data}. It is used for this visit only.`,
    action: { label: say`Use it`, run: () => { notices.replace('pack', []); void agreed(); } },
  }]);
}
