interface TakesCommands {
  execute(commands: readonly object[]): Promise<void>;
}
type TakeCommands = new (...given: never[]) => TakesCommands;

/** Stores every other command of a batch. */
export const plant = ({ TakeCommands }: { readonly TakeCommands: TakeCommands }) => ({
  TakeCommands: class extends TakeCommands {
    override execute(commands: readonly object[]): Promise<void> {
      return super.execute(commands.filter((_, index) => index % 2 === 0));
    }
  },
});
