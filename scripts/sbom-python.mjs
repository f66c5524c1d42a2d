/** The bill of materials (CycloneDX) of the Python side, from its pinned requirements. */

/** Packages of a requirements file made with --generate-hashes: name, version and the sha256 of every file that is accepted. */
export const pinsOf = (text) => [...text.matchAll(/^([A-Za-z0-9._-]+)==(\S+)(.*(?:\n {4}.*)*)/gm)].map(([, name, version, rest]) => ({
  name, version, sha256: [...rest.matchAll(/--hash=sha256:([0-9a-f]{64})/g)].map(([, hash]) => hash),
}));

/** Many wheels, one for each system, belong to a package: their hashes are properties, not those of the package. */
export const pythonSbom = (text) => ({
  bomFormat: 'CycloneDX', specVersion: '1.5', version: 1,
  metadata: { component: { type: 'application', name: 'dpar-studio-models' } },
  components: pinsOf(text).map(({ name, version, sha256 }) => ({
    type: 'library', name, version, purl: `pkg:pypi/${name.toLowerCase()}@${version}`, 'bom-ref': `${name}@${version}`,
    properties: sha256.map((value) => ({ name: 'pip:hash:sha256', value })),
  })),
});
