/** A pacer that lets everybody through at once. */
export const plant = () => ({
  createPacer: () => ({
    waiting: 0,
    acquire: () => Promise.resolve(),
    ended: () => undefined,
    slowDown: () => undefined,
  }),
});
