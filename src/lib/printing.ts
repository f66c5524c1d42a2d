/** Calls `listener` when the page goes to paper (true) and comes back to the screen (false); returns the way out. */
export function onPrint(listener: (printing: boolean) => void): () => void {
  const paper = matchMedia('print');
  const before = () => listener(true);
  const after = () => listener(false);
  const change = () => listener(paper.matches);
  window.addEventListener('beforeprint', before);
  window.addEventListener('afterprint', after);
  paper.addEventListener('change', change);
  return () => {
    window.removeEventListener('beforeprint', before);
    window.removeEventListener('afterprint', after);
    paper.removeEventListener('change', change);
  };
}
