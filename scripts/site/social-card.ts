import type { Plugin } from 'vite';

/** Picture of a card, made by `npm run pictures`; 1200 x 630 pixels. */
export const CARD = 'preview.png';

/** Where the site will stand, from STUDIO_URL; throws for anything that is not an https address of a folder. */
export function siteAddress(text = process.env.STUDIO_URL ?? ''): string | null {
  if (text === '') return null;
  if (!URL.canParse(text) || new URL(text).protocol !== 'https:' || !text.endsWith('/')) {
    throw new Error(`STUDIO_URL is "${text}", which is not an address such as https://example.org/studio/.`);
  }
  return text;
}

const textOf = (html: string, pattern: RegExp) => pattern.exec(html)?.[1] ?? '';

/** The card of a page, in Open Graph's properties. They want whole addresses, so these need STUDIO_URL; without it they are relative. */
export function cardOf(html: string, site = siteAddress()): Record<string, string> {
  return {
    'og:type': 'website',
    'og:title': textOf(html, /<title>([^<]*)<\/title>/),
    'og:description': textOf(html, /<meta name="description" content="([^"]*)"/),
    'og:image': `${site ?? './'}${CARD}`,
    'og:image:width': '1200', 'og:image:height': '630',
    'og:image:alt': 'A picture and its entropy map with patch boundaries, half decoded; the entropy strip below',
    ...(site && { 'og:url': site }),
  };
}

/** What chats and networks show of a link to the site. */
export const socialCard = (): Plugin => ({
  name: 'social-card',
  apply: 'build',
  transformIndexHtml: (html) => [
    ...Object.entries(cardOf(html)).map(([property, content]) => ({ tag: 'meta', injectTo: 'head' as const, attrs: { property, content } })),
    { tag: 'meta', injectTo: 'head' as const, attrs: { name: 'twitter:card', content: 'summary_large_image' } },
  ],
});
