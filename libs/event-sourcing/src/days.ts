const dayMs = 86_400_000;
/** UTC+07:00, without daylight saving time since 1920. */
const thaiOffsetMs = 7 * 3_600_000;

const isoDay = (dayNumber: number): string => new Date(dayNumber * dayMs).toISOString().slice(0, 10);

/** The calendar day at UTC+07:00 of an instant (ISO with Z), `yyyy-mm-dd`. @throws RangeError where it is no instant */
export function thaiDayOf(instant: string): string {
  return new Date(Date.parse(instant) + thaiOffsetMs).toISOString().slice(0, 10);
}

/** The day after a day, both `yyyy-mm-dd`. @throws RangeError where it is no day */
export function nextDay(day: string): string {
  return isoDay(Date.parse(`${day}T00:00:00Z`) / dayMs + 1);
}
