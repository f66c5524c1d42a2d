const attribute = (text: string) => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');

/** The page's address in its embedded form (docs/embed.md). */
export function embedAddress(page: string, hash: string): string {
  const url = new URL(page);
  url.search = '?embed';
  url.hash = hash;
  return url.href;
}

/** HTML that shows a run in another page. */
export const embedSnippet = (page: string, hash: string, title: string): string =>
  `<iframe src="${attribute(embedAddress(page, hash))}" title="${attribute(title)}" width="720" height="640" style="border: 0; max-width: 100%" loading="lazy" allow="fullscreen"></iframe>`;
