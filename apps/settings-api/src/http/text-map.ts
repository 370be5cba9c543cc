import { ValidateBy } from 'class-validator';

const longest = 100;

/** An object whose names and values are texts of at most 100 characters. */
export function IsTextMap(): PropertyDecorator {
  return ValidateBy({
    name: 'isTextMap',
    validator: {
      validate: isTextMap,
      defaultMessage: () => `must be an object of texts of at most ${longest} characters`,
    },
  });
}

function isTextMap(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(
    ([name, text]: [string, unknown]) => name.length <= longest && typeof text === 'string' && text.length <= longest,
  );
}
