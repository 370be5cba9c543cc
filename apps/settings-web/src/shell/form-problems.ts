import { ApiProblem, atItsField } from '../api/http';

export interface FormProblems {
  /** What is wrong with a field of the form, or with a part of it; undefined: nothing. */
  readonly at: (field: string) => string | undefined;
  /** The refusal as a whole, if there is more in it than the form's fields can show. */
  readonly elsewhere: Error | null;
}

/**
 * What the service refused in a form: each problem at its field, the rest above them.
 *
 * @param fields that the form shows, by their paths in what was sent
 */
export function formProblems(error: Error | null, fields: readonly string[]): FormProblems {
  const problems = error instanceof ApiProblem ? error.errors : [];
  const isOf = (field: string, path: string): boolean => path === field || path.startsWith(`${field}.`);
  const isShown = problems.length > 0 && problems.every(({ path }) => fields.some((field) => isOf(field, path)));
  return {
    at: (field) => {
      const found = problems.find(({ path }) => isOf(field, path));
      return found && atItsField(found);
    },
    elsewhere: isShown ? null : error,
  };
}
