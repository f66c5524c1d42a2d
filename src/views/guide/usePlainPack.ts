import type { Manifest } from '../../../engine/manifest.ts';
import { findPlainPack } from '../../state/packsBeside.ts';
import { useFound } from '../useFound.ts';

/** null where there is none, undefined while it is looked for. */
export type Plain = Manifest | null | undefined;

const find = async (pack: Manifest): Promise<Manifest | null> => (await findPlainPack(pack, document.baseURI))?.manifest ?? null;

/** The plain transformer beside a pack. */
export const usePlainPack = (pack: Manifest | null): Plain => useFound(pack, find);
