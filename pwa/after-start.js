/** What every page has once a person can use it. */

import { startComfort } from './comfort.js';
import { leaveNothingOpen } from './leaving.js';

if (navigator.vendor?.startsWith('Apple')) leaveNothingOpen();
void startComfort();
