export const python: string;
export function ensurePython(): void;
