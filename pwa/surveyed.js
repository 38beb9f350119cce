/**
 * Which finished cases of this phone were asked how it was and answered: that alone, and nothing of what was answered.
 */

import { read, write } from './db.js';

const ANSWERED = 'surveyed'; // in `meta`
const MOST = 200;
export const FINISHED = ['diserahkan', 'ditolak'];

/** @returns {Promise<string[]>} */
const answered = async () => (await read('meta', ANSWERED))?.cases ?? [];

/** Whether a case that stands at this step is still to be asked about. @param {string} caseId @param {string} step */
export const isAsked = async (caseId, step) => FINISHED.includes(step) && !(await answered()).includes(caseId);

/** @param {string} caseId */
export const noteAnswered = async (caseId) =>
  write('meta', { name: ANSWERED, cases: [...(await answered()), caseId].slice(-MOST) });
