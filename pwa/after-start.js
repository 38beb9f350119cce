/** What every page has once a person can use it. */

import { startComfort } from './comfort.js';
import { isReached } from './contact.js';
import { readAll } from './db.js';
import { keepPacks } from './sw-bridge.js';

void startComfort();
void keepPacks('survey').then(() => import('./reminders.js')).then(({ startReminders }) => startReminders()).catch(() => {});
void readAll('cases').then(async (cases) => {
  if (cases.length && await keepPacks('booking')) (await import('./booking/booking-news.js')).startBookingNews(isReached());
}).catch(() => {});
