/** What every page of the console has: the look that was chosen on this computer, and forms that outlive an outage. */

import { startLook } from '../comfort.js';
import { showLook } from '../look.js';
import { watchForms } from './posted-forms.js';

showLook();
watchForms();
void startLook();
