import * as collection from '@dicebear/collection';
import { createAvatar, type Style } from '@dicebear/core';
import { StudioError } from '../../engine/errors.ts';
import { say } from '../../engine/phrase.ts';
import type { Random } from './random.ts';
import type { Drawing, Source } from './source.ts';

interface Property {
  items?: { enum?: string[] };
  default?: unknown;
}

/**
 * A style of DiceBear. A combination is the shapes that were chosen; colours, and small turns where a style has them, are free.
 * Throws `bad-argument` where the installed package lacks the style.
 */
export function dicebearSource(name: string): Source {
  const style = (collection as unknown as Record<string, Style<object> | undefined>)[name];
  if (!style?.schema?.properties) throw new StudioError('bad-argument', say`@dicebear/collection has no style "${name}": another version is installed. Run npm ci.`);
  const properties = style.schema.properties as Record<string, Property>;
  const shapes = Object.entries(properties).flatMap(([part, { items }]) => (items?.enum ? [[part, items.enum] as const] : []));
  const colours = Object.entries(properties).flatMap(([part, property]) => (part.endsWith('Color') && Array.isArray(property.default) && part !== 'backgroundColor' ? [[part, property.default as string[]] as const] : []));
  return {
    draw(random: Random): Drawing {
      const options: Record<string, unknown> = { seed: String(Math.floor(random.next() * 2 ** 32)), backgroundColor: ['transparent'] };
      const combination: string[] = [];
      for (const [part, choices] of shapes) {
        const share = (properties[`${part}Probability`]?.default as number | undefined) ?? 100;
        const there = random.next() * 100 < share;
        const choice = random.pick(choices);
        if (`${part}Probability` in properties) options[`${part}Probability`] = there ? 100 : 0;
        options[part] = [choice];
        if (there) combination.push(`${part}=${choice}`);
      }
      for (const [part, choices] of colours) options[part] = [random.pick(choices)];
      return { combination: combination.join(' '), svg: () => createAvatar(style, options).toString() };
    },
  };
}
