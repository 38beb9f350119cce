/** A complaint as plain text, to be copied into the official channel, which has no door for programs. */

export const CHANNEL = 'https://www.lapor.go.id/';
/** What tells who complains; the office hands it on only where the name is open. */
const WHO = ['nama_pelapor', 'kontak'];

/** @typedef {{key: string, label: string, control: string, options?: [string, string][] | null}} Field */

/**
 * Write what was answered, a line a question.
 * @param {{sections: {fields: Field[]}[]}} form @param {Record<string, any>} answers
 * @param {(key: string) => string} say @param {{isOwn: boolean}} who writes it: whoever complains may name themselves
 */
export function handOverText(form, answers, say, { isOwn }) {
  const isNamed = isOwn || answers.identitas === 'terbuka';
  return form.sections.flatMap(({ fields }) => fields)
    .filter(({ key, control }) => control !== 'files' && key !== 'identitas' && (isNamed || !WHO.includes(key)))
    .filter(({ key }) => ![null, undefined, ''].includes(answers[key]))
    .map((field) => `${say(field.label)}: ${wordsOf(field, answers[field.key], say)}`).join('\n');
}

/** @param {Field} field @param {any} answer @param {(key: string) => string} say */
function wordsOf({ options, control }, answer, say) {
  const option = options?.find(([code]) => code === answer);
  if (option) return say(option[1]);
  return control === 'date' ? String(answer).split('-').reverse().join('-') : String(answer);
}
