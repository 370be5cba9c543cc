import { Controller } from '@nestjs/common';
import { commands, settings, type CrmCommand, type Settings } from '@perezvon/contracts';
import { Consumes, type MessageBatch } from '@perezvon/kafka';
import { TakeCommands } from '../take-commands.js';
import { TakeSettings, type SettingsChange } from '../take-settings.js';

/** Offsets move when these resolve: then everything of the batch is committed. */
@Controller()
export class KafkaDoor {
  constructor(
    private readonly commands: TakeCommands,
    private readonly settings: TakeSettings,
  ) {}

  @Consumes(commands)
  async takeCommands(batch: MessageBatch<CrmCommand>): Promise<void> {
    await this.commands.execute(batch.messages.map(({ value }) => value));
  }

  @Consumes(settings, { tombstones: true })
  async learnSettings(batch: MessageBatch<Settings | null>): Promise<void> {
    await this.settings.execute(batch.messages.flatMap(({ key, value }) => changeOf(key, value)));
  }
}

/** A tombstone says by its key which account is gone. */
function changeOf(key: string | null, document: Settings | null): SettingsChange[] {
  if (document !== null) return [{ document }];
  return key === null ? [] : [{ document: null, accountId: key }];
}
