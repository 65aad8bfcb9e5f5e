/** A text that matches, wherever a value is compared. */
export function matching(pattern: RegExp): unknown {
	return expect.stringMatching(pattern);
}
