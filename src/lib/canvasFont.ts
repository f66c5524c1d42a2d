const REM = 11 / 16;

/** The font of scales on a canvas: the page's own, growing with its type. */
export const canvasFont = (element: Element): string =>
  `${Math.round(REM * parseFloat(getComputedStyle(document.documentElement).fontSize) * 10) / 10}px ${getComputedStyle(element).fontFamily}`;
