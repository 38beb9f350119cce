/** Hands a file to the person. */

/** Shared where the phone can, else put among the downloads. @param {Blob} blob @param {string} name */
export async function saveFile(blob, name) {
  // Browsers share only kinds of files that they have heard of; text is one everywhere, and readers go by the bytes.
  const files = [new File([blob], name, { type: blob.type }), new File([blob], `${name}.txt`, { type: 'text/plain' })];
  const file = files.find((each) => navigator.canShare?.({ files: [each] }));
  if (file) {
    const isShared = await navigator.share({ files: [file] }).then(() => true, (error) => error.name === 'AbortError');
    if (isShared) return;
  }
  download(blob, name);
}

/** Put a file among the downloads. @param {Blob} blob @param {string} name */
export function download(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
