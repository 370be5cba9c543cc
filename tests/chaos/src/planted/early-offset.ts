interface TakesCommands {
  execute(commands: readonly object[]): Promise<void>;
}
type TakeCommands = new (...given: never[]) => TakesCommands;

/** Long after the offset has moved. */
const LATER_MS = 600_000;

/** Says that commands are stored before they are. */
export const plant = ({ TakeCommands }: { readonly TakeCommands: TakeCommands }) => ({
  TakeCommands: class extends TakeCommands {
    override execute(commands: readonly object[]): Promise<void> {
      setTimeout(() => void super.execute(commands), LATER_MS);
      return Promise.resolve();
    }
  },
});
