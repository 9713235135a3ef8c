// The quiet hours of the bot's reminders, as in flows/quiet_hours.go. A test compares the two.

const morning = 9;
const evening = 21;
const china = 8 * 60; // minutes ahead of UTC, without summer time

const inChina = (when) => new Date(when.getTime() + china * 60000);

// quiet reports whether the bot sends no reminder at this time.
export function quiet(when) {
  const hour = inChina(when).getUTCHours();
  return hour < morning || hour >= evening;
}

// chinaTime formats a time as 23:10 in China.
export const chinaTime = (when) => inChina(when).toISOString().slice(11, 16);
