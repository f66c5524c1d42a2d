import { InvalidArgumentError } from 'commander';

/** Reads an option that names something: "" is what a variable that is not set leaves, and as a path would be the folder that the person stands in. */
export function named(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It must not be empty.');
}

/** Reads an option that is a whole number from min to max; anything else is refused in one line. */
export const whole = (min: number, max: number) => (text: string): number => {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
};
