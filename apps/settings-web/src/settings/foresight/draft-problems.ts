import { ApiProblem } from '../../api/http';

/** Blocks of the page in which something of the draft is to be mended. */
export type DraftBlock = 'credentials' | 'incoming' | 'outgoing' | 'other';

/** What keeps the rules from trying a draft out. */
export interface DraftProblems {
  readonly count: number;
  /** Each block once, in the order of the refusal, with the first place in it: a path of the settings. */
  readonly blocks: readonly { readonly block: DraftBlock; readonly path: string }[];
}

const inRequest = 'settings.';

/** @returns null when something else than the draft was refused, or also something else */
export function draftProblems(error: Error | null): DraftProblems | null {
  const problems = error instanceof ApiProblem ? error.errors : [];
  if (problems.length === 0 || !problems.every(({ path }) => path.startsWith(inRequest))) return null;
  const blocks = new Map<DraftBlock, string>();
  for (const problem of problems) {
    const path = problem.path.slice(inRequest.length);
    const block = blockOf(path);
    if (!blocks.has(block)) blocks.set(block, path);
  }
  return { count: problems.length, blocks: [...blocks].map(([block, path]) => ({ block, path })) };
}

function blockOf(path: string): DraftBlock {
  const [first] = path.split('.');
  if (first === 'incoming' || first === 'outgoing') return first;
  return first === 'portalId' ? 'credentials' : 'other';
}
