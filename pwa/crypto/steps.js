/** The steps of a case that the code itself knows. */

export const SENT = 'terkirim'; // the status of a case without events
export const MESSAGE = 'pesan'; // the step that leaves the status as it was
