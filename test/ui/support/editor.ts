import type { Browser, Page } from 'playwright-core';
import { startBrowser } from './browser';
import { NodePanel } from './nodePanel';
import { takePicture } from './screenshots';
import { PATIENCE_MS } from './waiting';
import { realN8n, type RealN8n } from '../../n8n/support/realN8n';
import type { WorkflowJson } from '../../../scripts/lib/n8n/workflow';

const VIEWPORT = { width: 1280, height: 800 };

export interface Editor {
	readonly n8n: RealN8n;
	readonly page: Page;
	/** Opens a workflow that has nothing in it yet. */
	openNewWorkflow(): Promise<void>;
	/** Stores a workflow and opens the panel of one of its nodes. */
	openNode(workflow: WorkflowJson, node: string): Promise<NodePanel>;
	/** The same in a further tab of the browser; the test closes it (`panel.page.close()`). */
	openNodeInNewTab(workflow: WorkflowJson, node: string): Promise<NodePanel>;
	/** A test whose last view is pictured when it fails. */
	test(name: string, body: () => Promise<void>): void;
}

/** n8n's editor in a browser, its owner signed in, for all tests of a file. */
export const useEditor = (): Editor => {
	const n8n = realN8n({ magnific: { settings: { list: 'full' } } });
	let browser: Browser | undefined;
	let page: Page | undefined;

	const there = (): Page => {
		if (!page) throw new Error('The browser runs during tests only');
		return page;
	};

	/** Does not wait for the page's last icon, but callers wait for what they need. */
	const visit = async (path: string, tab = there()): Promise<void> => {
		await tab.goto(`${n8n.server.url}${path}`, { waitUntil: 'commit' });
	};

	const openNode = async (tab: Page, workflow: WorkflowJson, name: string): Promise<NodePanel> => {
		const node = workflow.nodes.find((candidate) => candidate.name === name);
		if (!node?.id) throw new Error(`${workflow.name} has no node ${name} with an id`);
		const id = await n8n.api.importWorkflow(workflow);
		await visit(`/workflow/${id}/${node.id}`, tab);
		const panel = new NodePanel(tab);
		await panel.parameters.waitFor();
		return panel;
	};

	beforeAll(async () => {
		browser = await startBrowser();
		const context = await browser.newContext({ viewport: VIEWPORT, reducedMotion: 'reduce' });
		context.setDefaultTimeout(PATIENCE_MS);
		await context.addCookies([{ ...n8n.api.session, url: n8n.server.url }]);
		page = await context.newPage();
	});

	afterAll(async () => {
		await browser?.close();
	});

	return {
		n8n,
		get page() {
			return there();
		},
		async openNewWorkflow() {
			await visit('/workflow/new');
		},
		openNode: async (workflow, name) => await openNode(there(), workflow, name),
		openNodeInNewTab: async (workflow, name) =>
			await openNode(await there().context().newPage(), workflow, name),
		test(name, body) {
			test(name, async () => {
				try {
					await body();
				} catch (error) {
					const file = await takePicture(there(), `failed ${name}`.replace(/\W+/g, '-'));
					if (error instanceof Error) error.message += `\nThe last view: ${file}`;
					throw error;
				}
			});
		},
	};
};
