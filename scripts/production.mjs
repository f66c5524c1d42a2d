/**
 * What package.json's `dependencies` need, from package-lock.json. `npm sbom --omit=dev` leaves out what a tool for
 * building needs, too.
 */

/** Where `name` is found from the package at `from` ('' is the root), as Node looks for it; undefined where it is not installed. */
function placeOf(packages, from, name) {
  const place = `${from && `${from}/`}node_modules/${name}`;
  if (packages[place]) return place;
  return from && placeOf(packages, from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))), name);
}

/** Name and version of each package, by its place in the lock file. Throws where one that is needed is not in it. */
export function productionPackages({ packages }) {
  const found = new Map();
  const left = [''];
  for (const from of left) {
    const { dependencies = {}, optionalDependencies = {} } = packages[from];
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const place = placeOf(packages, from, name);
      if (!place && !(name in optionalDependencies)) throw new Error(`package-lock.json has no ${name}, which ${from || 'package.json'} needs.`);
      if (!place || found.has(place)) continue;
      found.set(place, { name: packages[place].name ?? name, version: packages[place].version });
      left.push(place);
    }
  }
  return found;
}

/** The part of npm's bill of materials (CycloneDX) that is of `found`. Throws where it lacks one. */
export function productionSbom(sbom, found) {
  const refs = new Set([...found.values()].map(({ name, version }) => `${name}@${version}`));
  const components = sbom.components.filter((part) => refs.has(part['bom-ref']));
  const missing = [...refs].filter((ref) => !components.some((part) => part['bom-ref'] === ref));
  if (missing.length > 0) throw new Error(`npm sbom does not name ${missing.join(', ')}.`);
  const root = sbom.metadata.component['bom-ref'];
  const dependencies = sbom.dependencies.filter(({ ref }) => ref === root || refs.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => refs.has(other)) }));
  return { ...sbom, components, dependencies };
}
