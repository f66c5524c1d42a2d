import { useEffect, useState } from 'react';

/** What `find`, always the same function, brings for `of`; undefined until it has, and as soon as `of` is another. For null nothing is looked for. */
export function useFound<Of extends object, Found>(of: Of | null, find: (of: Of) => Promise<Found>): Found | undefined {
  const [found, setFound] = useState<{ of: Of; found: Found } | null>(null);
  useEffect(() => {
    if (!of) return;
    let here = true;
    void find(of).then((what) => here && setFound({ of, found: what }));
    return () => { here = false; };
  }, [of, find]);
  return found?.of === of ? found?.found : undefined;
}
