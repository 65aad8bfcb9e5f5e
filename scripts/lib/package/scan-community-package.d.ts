declare module '@n8n/scan-community-package/scanner/scanner.mjs' {
	/** What the scanner reads of a source checkout: nodes/, credentials/ and package.json. */
	export const SOURCE_FILE_PATTERNS: string[];

	/** Runs n8n's verification rules over a folder; warnings pass. */
	export function analyzePackage(
		folder: string,
		filePatterns?: string[],
	): Promise<{ passed: boolean; message?: string; details?: string }>;
}
