/** A value that a test expects to be a text. */
export const textOf = (value: unknown): string => {
	if (typeof value !== 'string') throw new Error(`Expected a text, got ${typeof value}`);
	return value;
};
