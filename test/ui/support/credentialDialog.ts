import type { Locator, Page } from 'playwright-core';

/** The dialog in which a credential is made and tested. */
export class CredentialDialog {
	readonly root: Locator;

	constructor(private readonly page: Page) {
		this.root = page.getByTestId('editCredential-modal');
	}

	/** Begins a new credential for a node, whether or not there are others of its type. */
	async openNew(panel: Locator): Promise<void> {
		const first = panel.getByTestId('node-credentials-empty-state').getByRole('button');
		const choice = panel.getByTestId('node-credentials-select');
		await first.or(choice).waitFor();
		if (await first.isVisible()) {
			await first.click();
		} else {
			await choice.click();
			await this.page.getByTestId('node-credentials-select-item-new').click();
		}
		await this.root.waitFor();
	}

	/** Opens the credential that a node has. */
	async reopenFor(panel: Locator): Promise<void> {
		await panel.getByTestId('credential-edit-button').click();
		await this.root.waitFor();
	}

	async fill(name: string, value: string): Promise<void> {
		await this.root.getByTestId(`parameter-input-${name}`).locator('input').fill(value);
	}

	/** Stores what was entered, which tests it too. */
	async save(): Promise<void> {
		await this.root.getByTestId('credential-save-button').click();
	}

	/** Waits for a refusal with these words, behind *More details* where n8n folds them away. */
	async seeRefusal(words: RegExp): Promise<void> {
		const message = this.root.getByText(words);
		const details = this.root.getByText('More details', { exact: true });
		await message.or(details).first().waitFor();
		if (await details.isVisible()) await details.click();
		await message.waitFor();
	}

	/** Waits for n8n's green banner. */
	async seeSuccess(): Promise<void> {
		await this.root.getByTestId('credentials-config-container-test-success').waitFor();
	}

	async close(): Promise<void> {
		await this.root.getByRole('button', { name: /close/i }).click();
		await this.root.waitFor({ state: 'hidden' });
	}
}
