/** JSON from strangers: read only where it is not nested beyond measure, every character in it is a whole one, and no key is that of the prototype. */

const MAX_DEPTH = 64;
const [QUOTE, BACKSLASH, U] = ['"', '\\', 'u'].map((char) => char.charCodeAt(0)) as [number, number, number];
const OPEN = new Set(['{', '['].map((char) => char.charCodeAt(0)));
const CLOSE = new Set(['}', ']'].map((char) => char.charCodeAt(0)));

/** What speaks against the text, or null. Written as a loop: a recursion over deep nesting would run out of stack. */
function objection(text: string): string | null {
  let depth = 0;
  let inString = false;
  let high = false;
  for (let i = 0; i < text.length; i++) {
    let unit = text.charCodeAt(i);
    if (!inString) {
      if (unit === QUOTE) inString = true;
      else if (OPEN.has(unit) && ++depth > MAX_DEPTH) return `it is nested more than ${MAX_DEPTH} deep`;
      else if (CLOSE.has(unit)) depth--;
      continue;
    }
    const ends = unit === QUOTE;
    if (unit === BACKSLASH) {
      const escaped = text.charCodeAt(++i) === U;
      unit = escaped ? Number.parseInt(text.slice(i + 1, i + 5), 16) : 0;
      if (escaped) i += 4;
    }
    const low = unit >= 0xdc00 && unit <= 0xdfff;
    if (high !== low) return 'a text in it ends in half a character';
    high = unit >= 0xd800 && unit <= 0xdbff;
    if (ends) inString = false;
  }
  return null;
}

/** Validation passes over a key of this name, and the value keeps what is under it. */
const PROTO = '__proto__';
/** What a text with such a key has in it, escaped or as it is; most have neither. */
const MAY_HOLD_PROTO = /__proto__|\\u/;

function withoutProto(key: string, value: unknown): unknown {
  if (key === PROTO) throw new SyntaxError(`it has a key ${PROTO}`);
  return value;
}

/** The value of a JSON text. Throws `SyntaxError` with the reason. */
export function parseJson(text: string): unknown {
  const why = objection(text);
  if (why !== null) throw new SyntaxError(why);
  return JSON.parse(text, MAY_HOLD_PROTO.test(text) ? withoutProto : undefined) as unknown;
}
