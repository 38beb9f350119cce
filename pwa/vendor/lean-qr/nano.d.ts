/** What we use of the encoder; the file itself lies here as it was published. */
export function generate(content: string): { size: number; get(x: number, y: number): boolean };
