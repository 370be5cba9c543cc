import { type Localized } from '@perezvon/service';

const called = new WeakMap<object, Map<string, Localized>>();

/** A field's name in the words of the page, where its place alone does not say it: `name` is of a person, or of a key. */
export function Called(words: Localized): PropertyDecorator {
  return (target, property) => {
    const names = called.get(target) ?? new Map<string, Localized>();
    called.set(target, names.set(String(property), words));
  };
}

/** @param dto an object of the class that declares the field, or of one that inherits it; undefined: of no class of ours */
export function calledOf(dto: object | undefined, field: string): Localized | undefined {
  for (
    let declared: unknown = dto;
    typeof declared === 'object' && declared !== null;
    declared = Object.getPrototypeOf(declared)
  ) {
    const words = called.get(declared)?.get(field);
    if (words !== undefined) return words;
  }
  return undefined;
}
