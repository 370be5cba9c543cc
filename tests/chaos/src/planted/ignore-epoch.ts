type LaneLease = new (...given: never[]) => object;

/** A lease that is never lost: its holder goes on, whoever has the lane by now. */
export const plant = ({ LaneLease }: { readonly LaneLease: LaneLease }) => ({
  LaneLease: class extends LaneLease {
    readonly isHeld = (): boolean => true;
    get lost(): AbortSignal {
      return new AbortController().signal;
    }
    lose(): void {
      // not believed
    }
  },
});
