/** Dates as people here write them. */

/** Turn a date of the answers, YYYY-MM-DD, into one as it is typed; anything else stays. @param {string | number} answer */
export const dayFirst = (answer) => String(answer).replace(/^([0-9]{4})-([0-9]{2})-([0-9]{2})$/, '$3-$2-$1');
