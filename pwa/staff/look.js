/** The office's own pages are seen as a person chose on this computer, and offer the choice too. */

import { startLook } from '../comfort.js';
import { showLook } from '../look.js';

showLook();
void startLook();
