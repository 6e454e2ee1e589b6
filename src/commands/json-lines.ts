import { createInterface } from 'node:readline';

export type JsonLine = Readonly<Record<string, unknown>>;

/** Answers each line of JSON on standard input with one line; what cannot be read is answered with an error, and the rest goes on. */
export const answerLines = async (answer: (line: JsonLine) => unknown): Promise<void> => {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    if (line.trim() === '') continue;
    let output: unknown;
    try {
      const input: unknown = JSON.parse(line);
      output =
        typeof input === 'object' && input !== null && !Array.isArray(input)
          ? await answer(input as JsonLine)
          : { error: 'Each line must be a JSON object.' };
    } catch (error) {
      output = { error: error instanceof SyntaxError ? 'This line is not JSON.' : (error as Error).message };
    }
    if (!process.stdout.write(`${JSON.stringify(output)}\n`))
      await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
};
