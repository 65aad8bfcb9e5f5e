import { leftover } from '../../../nodes/Magnific/runs/leftovers';

describe('an expression left in a text', () => {
	it.each([
		'{{ $json.title }}',
		"{{$('X').item.json.y}}",
		'{{ $now }}',
		'{{ $fromAI("title") }}',
		'{{ "a" + $input.item.json.x }}',
		'{{ DateTime.now() }}',
		'{{ Math.round(2.5) }}',
		'{{ JSON.stringify({a: 1}) }}',
		'{{ new Date() }}',
		'{{ [1, 2].map((x) => x) }}',
		'={{ $json.title }}',
		'={{ 1 + 1 }}',
		'=={{ title }}',
		'={{',
		'in {{ a }} text {{\n$json.b\n}}',
		'{{ $json.title }',
	])('is seen: %j', (text) => {
		expect(leftover(text)).toMatch(/^holds the expression “\{\{/);
	});

	it.each([
		'{{name}}',
		'{{ user.first_name }} pays {{ amount }}',
		'{{#if sale}}Sale{{/if}}',
		'$json.title',
		'{ $json.title }',
		'{{ price }} is $json',
		'costs {{ 5 $ }}',
		'{{}}',
		'}} $json {{',
		'a red car',
	])('is not seen in %j', (text) => {
		expect(leftover(text)).toBeUndefined();
	});

	it.each([
		'[object Object]',
		'a [object Promise] at night',
		'[object Array]',
		'[object Undefined]',
		'data:image/png;base64,[object ArrayBuffer]',
	])('is seen as well where it became the name of a kind of object: %j', (text) => {
		expect(leftover(text)).toMatch(/^holds “\[object \w+\]”, which is what becomes of an object/);
	});

	it.each(['[object]', 'an [object of art]', '= {name}', '=5'])('is no such name: %j', (text) => {
		expect(leftover(text)).toBeUndefined();
	});

	it('is found in lists, objects and their keys', () => {
		expect(leftover([{ a: ['x', '{{ $now }}'] }])).toContain('{{ $now }}');
		expect(leftover({ '{{ $now }}': 1 })).toContain('{{ $now }}');
		expect(leftover([1, null, { a: true }])).toBeUndefined();
	});

	it('is found quickly in a long text, and shown in short', () => {
		expect(leftover('{{'.repeat(2_000))).toBeUndefined();
		expect(leftover(`{{ $json.${'x'.repeat(500)} }}`)?.length).toBeLessThan(250);
	});
});
