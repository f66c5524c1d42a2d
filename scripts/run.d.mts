export const root: string;
export function run(command: string, args: readonly string[], env?: Record<string, string>): void;
export function runBin(file: string, args: readonly string[], env?: Record<string, string>): void;
