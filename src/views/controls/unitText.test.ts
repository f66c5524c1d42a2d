import { afterEach, expect, test } from 'vitest';
import { german } from '../../text/german.ts';
import { speak } from '../../text/t.ts';
import { unitText } from './unitText.ts';

afterEach(() => speak(null));

test('a unit is said in the language of the page, one token in the singular', () => {
  const units = () => [unitText('nats', 4.2), unitText('tokens', 4), unitText('tokens', 1), unitText('', 2)];
  expect(units()).toEqual(['nats', 'tokens', 'token', '']);
  speak(german);
  expect(units()).toEqual(['Nat', 'Tokens', 'Token', '']);
});
