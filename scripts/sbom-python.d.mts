export interface Pin { name: string; version: string; sha256: string[] }
export function pinsOf(text: string): Pin[];
export function pythonSbom(text: string): { components: { type: string; name: string; version: string; purl: string }[] };
