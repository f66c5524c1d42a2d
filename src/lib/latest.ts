/** Of several things asked for the last one wins: each call returns whether it still is that one. */
export function createLatest(): () => () => boolean {
  let last = 0;
  return () => {
    const mine = ++last;
    return () => mine === last;
  };
}
