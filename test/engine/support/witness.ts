import { format, inspect } from 'node:util';
import { stringify } from 'flatted';

/** All that n8n would have stored, shown or printed, as text. */
const seen: string[] = [];

/** Takes a value into account: as n8n stores it, and with all that its errors hide. */
export const witness = (value: unknown): void => {
	seen.push(
		typeof value === 'string' ? value : stringify(value),
		inspect(value, { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null }),
	);
};

const METHODS = ['debug', 'error', 'info', 'log', 'warn'] as const;

/** Takes what is printed from now on in place of the console, until called off. */
export const listenToOutput = (): (() => void) => {
	const spies = METHODS.map((method) =>
		jest.spyOn(console, method).mockImplementation((...printed: unknown[]) => {
			seen.push(format(...printed));
		}),
	);
	return () => {
		for (const spy of spies) spy.mockRestore();
	};
};

export const witnessed = (): readonly string[] => seen;
