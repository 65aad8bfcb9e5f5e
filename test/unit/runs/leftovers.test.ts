import { leftover, saysNoValue } from '../../../nodes/Magnific/runs/leftovers';

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

describe('an expression that is shown', () => {
	it.each([
		['sold for {{ $json.price }} a piece', '“{{ $json.price }}”'],
		['{{ $json.title }', '“{{ $json.title }”'],
		['{{ a }} and {{ $json.b }}', '“{{ $json.b }}”'],
	])('of %j is %s', (text, shown) => {
		expect(leftover(text)).toContain(shown);
	});

	it('is cut where it is longer than sixty characters', () => {
		const body = (length: number): string => `{{ $json.${'x'.repeat(length - 12)} }}`;
		expect(leftover(body(60))).toContain(`“${body(60)}”`);
		expect(leftover(body(61))).toContain(`“${body(61).slice(0, 60)}…”`);
	});

	it('may be an object in a URL as well', () => {
		expect(leftover('https://a.example/%5Bobject%20Object%5D')).toMatch(/^holds “%5Bobject/);
	});
});

describe('a text that says that there was no value', () => {
	it.each(['undefined', ' null ', 'NaN', 'Invalid Date', 'Invalid DateTime'])('is %j', (text) => {
		expect(saysNoValue(text)).toBe(true);
	});

	it.each(['', 'undefined behaviour', 'nothing', 'nan'])('is not %j', (text) => {
		expect(saysNoValue(text)).toBe(false);
	});
});
