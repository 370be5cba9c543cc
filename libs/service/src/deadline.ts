/** `work` did not finish in time. It may still be going on; nobody waits for it any more. */
export class DeadlineError extends Error {
  readonly code = 'DEADLINE_EXCEEDED';

  constructor(what: string, deadlineMs: number) {
    super(`${what} took longer than ${deadlineMs} ms`);
    this.name = 'DeadlineError';
  }
}

/** @throws DeadlineError after `deadlineMs`, or whatever `work` throws before. */
export async function withDeadline<Result>(
  deadlineMs: number,
  what: string,
  work: () => Promise<Result>,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(what, deadlineMs)), deadlineMs);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
