export interface Lock { packages: Record<string, { name?: string; version?: string; dependencies?: Record<string, string>; optionalDependencies?: Record<string, string> }> }
export function productionPackages(lock: Lock): Map<string, { name: string; version: string }>;
interface Part { 'bom-ref': string }
interface Sbom { metadata: { component: Part }; components: Part[]; dependencies: { ref: string; dependsOn?: string[] }[] }
export function productionSbom<T extends Sbom>(sbom: T, found: Map<string, { name: string; version: string }>): T;
