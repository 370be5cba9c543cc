import { describe, expect, it } from '@jest/globals';
import { CommitOutcomeUnknownError } from './errors.js';
import { GroupCommit } from './group-commit.js';

/** A commit that ends when it is told to. */
function held(refuses: (items: readonly number[]) => Error | null = () => null) {
  const seen: number[][] = [];
  const ends: (() => void)[] = [];
  const commit = async (items: readonly number[]): Promise<void> => {
    seen.push([...items]);
    await new Promise<void>((resolve) => ends.push(resolve));
    const error = refuses(items);
    if (error) throw error;
  };
  /** The group is begun in the event loop's next round; what a commit's end begins, in the one after it. */
  const nextRound = async () => {
    for (let round = 0; round < 2; round += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    seen,
    commit,
    /** Ends all that is under way, until nothing is. */
    finish: async () => {
      for (await nextRound(); ends.length > 0; await nextRound()) ends.splice(0).forEach((end) => end());
    },
    nextRound,
  };
}

describe('batches of several partitions', () => {
  it('that one fetch has brought are one commit, and so are those that come while it is under way', async () => {
    const { seen, commit, finish, nextRound } = held();
    const together = new GroupCommit(commit, { maxItems: 10, atOnce: 1 });
    const first = [together.add([1, 2]), together.add([3])];
    await nextRound();
    const later = [together.add([4]), together.add([5])];
    await finish();
    await Promise.all([...first, ...later]);
    expect(seen).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });

  it('go side by side as far as they are too many for one', async () => {
    const { seen, commit, finish, nextRound } = held();
    const together = new GroupCommit(commit, { maxItems: 3, atOnce: 2 });
    const all = [[1, 2, 3, 4, 5], [6, 7], [8], [9]].map((items) => together.add(items));
    await nextRound();
    expect(seen).toEqual([
      [1, 2, 3, 4, 5],
      [6, 7, 8],
    ]);
    await finish();
    await Promise.all(all);
    expect(seen.at(-1)).toEqual([9]);
  });

  it('are told of their own refusal alone', async () => {
    const refused = new Error('the third');
    const { seen, commit, finish } = held((items) => (items.includes(3) ? refused : null));
    const together = new GroupCommit(commit, { maxItems: 10, atOnce: 1 });
    const all = Promise.allSettled([together.add([1, 2]), together.add([3]), together.add([4])]);
    await finish();
    expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(seen).toEqual([[1, 2, 3, 4], [1, 2], [3], [4]]);
  });

  it('all hear of a commit that is worth another try: nothing of it is done by itself meanwhile', async () => {
    const lost = new CommitOutcomeUnknownError(new Error('the connection is lost'));
    const { seen, commit, finish } = held(() => lost);
    const together = new GroupCommit(commit, { maxItems: 10, atOnce: 1 });
    const all = Promise.allSettled([together.add([1]), together.add([2])]);
    await finish();
    expect(await all).toMatchObject([{ reason: lost }, { reason: lost }]);
    expect(seen).toEqual([[1, 2]]);
  });

  it('rest after a commit, so that more come together; what comes after idleness does not wait', async () => {
    const { seen, commit, finish } = held();
    const together = new GroupCommit(commit, { maxItems: 10, atOnce: 1, restMs: 300 });
    const first = together.add([1]);
    await finish();
    await first;
    const later: Promise<void>[] = [];
    for (const item of [2, 3, 4]) {
      later.push(together.add([item]));
      await finish();
    }
    expect(seen).toEqual([[1]]);
    while (seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await finish();
    await Promise.all(later);
    expect(seen).toEqual([[1], [2, 3, 4]]);
  });

  it('that were too much together failed again and again: after such a failure each goes by itself', async () => {
    const tooMuch = new CommitOutcomeUnknownError(new Error('canceling statement due to statement timeout'));
    const { seen, commit, finish } = held((items) => (items.length > 1 ? tooMuch : null));
    const together = new GroupCommit(commit, { maxItems: 10, atOnce: 1 });
    const batches = [[1], [2], [3]];
    const first = Promise.allSettled(batches.map((items) => together.add(items)));
    await finish();
    expect((await first).every(({ status }) => status === 'rejected')).toBe(true);
    const second = Promise.allSettled(batches.map((items) => together.add(items)));
    await finish();
    expect((await second).every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(seen).toEqual([[1, 2, 3], [1], [2], [3]]);
  });
});
