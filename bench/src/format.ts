/** Figures as people read them. */
import type { Unit } from './subject.ts';

export const figure = (value: number, unit: Unit): string => {
  if (unit === 'commands/s' || unit === 'MB/s') return Math.round(value).toLocaleString('en');
  if (unit === 'ms' && value < 10) return value.toFixed(3);
  if (unit === 'ms' && value >= 1_000) return Math.round(value).toLocaleString('en');
  return value.toFixed(unit === 'ms' ? 1 : 2);
};

export const ratio = (value: number): string => `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ×`;
