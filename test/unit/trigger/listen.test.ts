import { NodeApiError, type IHookFunctions } from 'n8n-workflow';
import { enterRegistry, isRegistered, leaveRegistry } from '../../../nodes/Magnific/trigger/listen';
import { triggerRegistry } from '../../../nodes/Magnific/trigger/registry';

const URL = 'https://n8n.example/webhook/1';

const isHooks = (context: object): context is IHookFunctions => 'getNodeWebhookUrl' in context;

const hooks = (
	url: string | undefined,
	{ mode = 'trigger', name }: { mode?: string; name?: string } = {},
): IHookFunctions => {
	const context = {
		getCredentials: async () =>
			await Promise.resolve({ apiKey: 'key', baseUrl: 'https://api.magnific.com' }),
		getMode: () => mode,
		getNode: () => ({ name: 'Trigger' }),
		getNodeWebhookUrl: (webhook: string) => (webhook === 'default' ? url : 'another'),
		getWorkflow: () => ({ id: 'workflow', name }),
	};
	if (!isHooks(context)) throw new Error('The context is not whole');
	return context;
};

afterEach(() => {
	for (const { url } of triggerRegistry.all()) triggerRegistry.leave(url);
});

describe('a trigger that n8n publishes', () => {
	it('enters the registry by its own URL, with its names, and leaves it', async () => {
		const context = hooks(URL, { name: 'Results' });
		expect(isRegistered(context)).toBe(false);
		await enterRegistry(context);
		expect(isRegistered(context)).toBe(true);
		expect(triggerRegistry.all()).toEqual([
			{ url: URL, workflowName: 'Results', nodeName: 'Trigger', isTest: false },
		]);
		leaveRegistry(context);
		expect(isRegistered(context)).toBe(false);
	});

	it('is marked where it listens for a test event, and named where its workflow has no name', async () => {
		await enterRegistry(hooks(URL, { mode: 'manual' }));
		expect(triggerRegistry.all()).toMatchObject([
			{ isTest: true, workflowName: 'Unnamed workflow' },
		]);
	});

	it.each([['http://localhost:5678/webhook/1'], [undefined]])(
		'is refused where Magnific could not call %s',
		async (url) => {
			const error: unknown = await enterRegistry(hooks(url)).catch((thrown: unknown) => thrown);
			if (!(error instanceof NodeApiError)) throw new Error('It was not refused');
			expect(error.message).toMatch(/^Magnific cannot call this trigger: its URL /);
			expect(error.description).toMatch(/N8N_WEBHOOK_URL/);
			expect(triggerRegistry.all()).toEqual([]);
		},
	);
});
