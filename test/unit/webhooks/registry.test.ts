import { TriggerRegistry, type ActiveTrigger } from '../../../nodes/Magnific/webhooks/registry';

const trigger = (own: Partial<ActiveTrigger> = {}): ActiveTrigger => ({
	url: 'https://n8n.example.com/webhook/1/magnific',
	workflowName: 'Orders',
	nodeName: 'Magnific Trigger',
	isTest: false,
	...own,
});

describe('the registry of triggers', () => {
	it('is empty at first, as after a restart', () => {
		expect(new TriggerRegistry().all()).toEqual([]);
		expect(new TriggerRegistry().has('w1:n1', trigger().url)).toBe(false);
	});

	it('knows a trigger that entered, until it leaves', () => {
		const registry = new TriggerRegistry();
		registry.enter('w1:n1', trigger());
		expect(registry.has('w1:n1', trigger().url)).toBe(true);
		expect(registry.all()).toEqual([trigger()]);
		registry.leave('w1:n1');
		expect(registry.has('w1:n1', trigger().url)).toBe(false);
		expect(registry.all()).toEqual([]);
	});

	it('does not know a trigger by a URL that it had before', () => {
		const registry = new TriggerRegistry();
		registry.enter('w1:n1', trigger());
		expect(registry.has('w1:n1', 'https://new.example.com/webhook/1/magnific')).toBe(false);
		expect(registry.has('w1:n2', trigger().url)).toBe(false);
	});

	it('has a trigger once that enters again, with its new name and URL', () => {
		const registry = new TriggerRegistry();
		registry.enter('w1:n1', trigger());
		const renamed = trigger({ workflowName: 'Invoices', url: 'https://new.example.com/webhook' });
		registry.enter('w1:n1', renamed);
		expect(registry.all()).toEqual([renamed]);
	});

	it('keeps the others when one leaves, and takes the leaving of a stranger', () => {
		const registry = new TriggerRegistry();
		const test = trigger({ isTest: true, url: 'https://n8n.example.com/webhook-test/1/magnific' });
		registry.enter('w1:n1:production', trigger());
		registry.enter('w1:n1:test', test);
		registry.leave('w1:n1:production');
		registry.leave('nobody');
		expect(registry.all()).toEqual([test]);
	});

	it('offers triggers by workflow name, then node name, whatever the order they came in', () => {
		const registry = new TriggerRegistry();
		const names = [
			['zebra', 'a'],
			['Äpfel', 'a'],
			['Orders', 'second'],
			['Orders', 'First'],
			['birds', 'a'],
		] as const;
		names.forEach(([workflowName, nodeName], i) => {
			registry.enter(String(i), trigger({ workflowName, nodeName }));
		});
		expect(
			registry.all().map(({ workflowName, nodeName }) => `${workflowName}/${nodeName}`),
		).toEqual(['Äpfel/a', 'birds/a', 'Orders/First', 'Orders/second', 'zebra/a']);
	});
});
