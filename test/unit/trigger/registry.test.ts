import { TriggerRegistry, type ActiveTrigger } from '../../../nodes/Magnific/trigger/registry';

const trigger = (own: Partial<ActiveTrigger> = {}): ActiveTrigger => ({
	url: 'https://n8n.example.com/webhook/1/magnific',
	workflowName: 'Orders',
	nodeName: 'Magnific Trigger',
	isTest: false,
	...own,
});

const registryWith = (...triggers: ActiveTrigger[]): TriggerRegistry => {
	const registry = new TriggerRegistry();
	for (const entry of triggers) registry.enter(entry);
	return registry;
};

describe('the registry of triggers', () => {
	it('is empty at first, as after a restart', () => {
		expect(registryWith().all()).toEqual([]);
		expect(registryWith().has(trigger().url)).toBe(false);
	});

	it('knows a trigger that entered, until it leaves', () => {
		const registry = registryWith(trigger());
		expect(registry.has(trigger().url)).toBe(true);
		expect(registry.all()).toEqual([trigger()]);
		registry.leave(trigger().url);
		expect(registry.has(trigger().url)).toBe(false);
		expect(registry.all()).toEqual([]);
	});

	it('does not know a trigger by another URL', () => {
		expect(registryWith(trigger()).has('https://new.example.com/webhook/1/magnific')).toBe(false);
	});

	it('has a trigger once that enters again, with its new name', () => {
		const renamed = trigger({ workflowName: 'Invoices' });
		expect(registryWith(trigger(), renamed).all()).toEqual([renamed]);
	});

	it('keeps the others when one leaves, and takes the leaving of a stranger', () => {
		const test = trigger({ isTest: true, url: 'https://n8n.example.com/webhook-test/1/magnific' });
		const registry = registryWith(trigger(), test);
		registry.leave(trigger().url);
		registry.leave('https://n8n.example.com/nobody');
		expect(registry.all()).toEqual([test]);
	});

	it('offers triggers by workflow name, then node name, whatever the order they came in', () => {
		const names = [
			['zebra', 'a'],
			['Äpfel', 'a'],
			['Orders', 'second'],
			['Orders', 'First'],
			['birds', 'a'],
		] as const;
		const registry = registryWith(
			...names.map(([workflowName, nodeName], i) =>
				trigger({ url: `https://n8n.example.com/${String(i)}`, workflowName, nodeName }),
			),
		);
		expect(
			registry.all().map(({ workflowName, nodeName }) => `${workflowName}/${nodeName}`),
		).toEqual(['Äpfel/a', 'birds/a', 'Orders/First', 'Orders/second', 'zebra/a']);
	});
});
