interface State {
  readonly is: string;
}
interface Real {
  readonly move: (state: State, happening: object, assumptions: object) => State;
}

/** An effect is never in doubt: it waits, and is sent again. */
export const plant = ({ move }: Real): Real => ({
  move(state, happening, assumptions) {
    const after = move(state, happening, assumptions);
    return after.is === 'in_doubt' ? ({ is: 'waiting', notBefore: 0, reason: null } as State) : after;
  },
});
