/** How much larger the page's letters are than a browser's usual ones. */
export const letterScale = (): number => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

/** The font of scales on a canvas: the page's own, growing with its type. */
export const canvasFont = (element: Element): string => `${Math.round(110 * letterScale()) / 10}px ${getComputedStyle(element).fontFamily}`;
