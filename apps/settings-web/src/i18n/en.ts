import { access } from './en/access';
import { direction } from './en/direction';
import { journal } from './en/journal';
import { mapping } from './en/mapping';
import { overview } from './en/overview';
import { queue } from './en/queue';
import { settings } from './en/settings';
import { shell } from './en/shell';
import { sources } from './en/sources';
import type { ru } from './ru';

export const en: typeof ru = {
  product: 'Perezvon',
  ...shell,
  ...overview,
  ...settings,
  ...direction,
  ...mapping,
  ...journal,
  ...queue,
  ...access,
  ...sources,
};
