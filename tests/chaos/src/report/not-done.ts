/** Rows of faults.md that are not injected here, and why: none is left out in silence. */
export const NOT_DONE: readonly { readonly fault: string; readonly why: string }[] = [
  { fault: 'F14, loss of the coordinator with a leader that moves', why: 'needs several brokers.' },
];
