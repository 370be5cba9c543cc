import { access } from './ru/access';
import { direction } from './ru/direction';
import { journal } from './ru/journal';
import { mapping } from './ru/mapping';
import { overview } from './ru/overview';
import { queue } from './ru/queue';
import { settings } from './ru/settings';
import { shell } from './ru/shell';
import { sources } from './ru/sources';

/** The page's words, in the order in which a reader meets them, a file for each room. Names of settings are the vendor's own. */
export const ru = {
  product: 'Перезвон',
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
