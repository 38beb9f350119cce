/** What every page has once a person can use it. */

import { startComfort } from './comfort.js';
import { leaveNothingOpen } from './leaving.js';
import { keepPacks } from './sw-bridge.js';

if (navigator.vendor?.startsWith('Apple')) leaveNothingOpen();
void startComfort();
void keepPacks('survey').then(() => import('./reminders.js')).then(({ startReminders }) => startReminders(), () => {});
