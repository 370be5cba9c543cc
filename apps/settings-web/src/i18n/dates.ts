import { currentLanguage } from './languages';

const format = (instant: string, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(currentLanguage(), options).format(new Date(instant));

export const dateAndTime = (instant: string): string => format(instant, { dateStyle: 'medium', timeStyle: 'short' });

/** To the second, for what happens within one call. */
export const timeOfDay = (instant: string): string => format(instant, { timeStyle: 'medium' });

/** One digit after the decimal sign, as the language writes it. */
export const decimal = (value: number): string =>
  new Intl.NumberFormat(currentLanguage(), { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);

/** `2:05`; an hour and more `1:02:05`. */
export function duration(seconds: number): string {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${String(hours)}:${two(minutes)}:${two(rest)}` : `${String(minutes)}:${two(rest)}`;
}
