import { ok, type Answer } from '../http/answer.js';
import { type Exchange, hasWith } from '../http/exchange.js';
import { selfLink } from '../http/hal.js';

/** `GET /api/v4/account` (§3.1). */
export function getAccount(x: Exchange): Answer {
  const { store, portal } = x;
  const admin = store.directory.users.find((user) => user.is_admin)?.id ?? 0;
  const embedded = {
    ...(hasWith(x, 'users_groups') ? { users_groups: [{ id: 0, name: 'Отдел продаж', uuid: null }] } : {}),
    ...(hasWith(x, 'task_types')
      ? { task_types: store.directory.taskTypes.map((type) => ({ ...type, color: null, icon_id: null })) }
      : {}),
    ...(hasWith(x, 'datetime_settings') ? { datetime_settings: DATETIME_SETTINGS } : {}),
  };
  return ok({
    id: portal.settings.shownAccountId ?? store.accountId,
    name: portal.name,
    subdomain: portal.subdomain,
    created_at: store.createdAt,
    created_by: admin,
    updated_at: store.createdAt,
    updated_by: admin,
    current_user_id: x.user.id,
    country: 'RU',
    currency: 'RUB',
    currency_symbol: '₽',
    customers_mode: 'disabled',
    is_unsorted_on: store.directory.pipelines.some((pipeline) => pipeline.is_unsorted_on),
    is_loss_reason_enabled: true,
    is_helpbot_enabled: false,
    is_technical_account: false,
    contact_name_display_order: 1,
    ...(hasWith(x, 'version') ? { version: 11 } : {}),
    ...(hasWith(x, 'is_api_filter_enabled') ? { is_api_filter_enabled: portal.settings.paidFilters } : {}),
    ...selfLink(x, 'account'),
    ...(Object.keys(embedded).length === 0 ? {} : { _embedded: embedded }),
  });
}

const DATETIME_SETTINGS = {
  date_pattern: 'd.m.Y H:i',
  short_date_pattern: 'd.m.Y',
  short_time_pattern: 'H:i',
  date_format: 'd.m.Y',
  time_format: 'H:i:s',
  timezone: 'Europe/Moscow',
  timezone_offset: '+03:00',
};
