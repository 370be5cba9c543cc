import { describe, expect, it } from '@jest/globals';
import { notificationTime } from './notification-time.js';

describe('notificationTime', () => {
  it.each([
    ['2019-12-16 14:40:47.234', 'Europe/Moscow', '2019-12-16T11:40:47.234Z', 'pbx_local'],
    ['2025-03-04 12:12:47', 'Asia/Yekaterinburg', '2025-03-04T07:12:47.000Z', 'pbx_local'],
    ['2025-03-04T12:12:47', 'Europe/Kaliningrad', '2025-03-04T10:12:47.000Z', 'pbx_local'],
    // Moscow stood at UTC+4 until autumn 2014: the zone's history counts, not today's offset.
    ['2013-07-01 12:00:00', 'Europe/Moscow', '2013-07-01T08:00:00.000Z', 'pbx_local'],
    ['2025-07-01 12:00:00', 'Europe/Berlin', '2025-07-01T10:00:00.000Z', 'pbx_local'],
    ['2025-03-04 12:12:47', 'No/Such_Zone', '2025-03-04T09:12:47.000Z', 'pbx_local'],
    ['2025-03-04T12:12:47+05:00', 'Europe/Moscow', '2025-03-04T07:12:47.000Z', 'pbx_utc'],
    ['2025-03-04 12:12:47.234+0300', 'Asia/Omsk', '2025-03-04T09:12:47.234Z', 'pbx_utc'],
    ['2025-03-04T09:12:47Z', 'Asia/Omsk', '2025-03-04T09:12:47.000Z', 'pbx_utc'],
    ['1741079567', 'Asia/Omsk', '2025-03-04T09:12:47.000Z', 'pbx_utc'],
    ['1741079567234', 'Asia/Omsk', '2025-03-04T09:12:47.234Z', 'pbx_utc'],
    ['1741079567234000', 'Asia/Omsk', '2025-03-04T09:12:47.234Z', 'pbx_utc'],
  ])('reads %s of %s', (text, zone, at, quality) => {
    expect(notificationTime(text, zone)).toEqual({ at, quality });
  });

  it.each(['', 'вчера', '12:12:47', '2025-13-45 00:00:00', '2025-03-04', '{{notification_time}}'])(
    'takes %j for no time',
    (text) => {
      expect(notificationTime(text, 'Europe/Moscow')).toBeNull();
    },
  );
});
