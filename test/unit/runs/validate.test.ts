import type { AppInput } from '../../../nodes/Magnific/api/types';
import { checkInputs, type BinaryFields } from '../../../nodes/Magnific/runs/validate';
import { app, file, input } from '../support/fixtures';

const check = (own: Partial<AppInput>, value: unknown, binaries: BinaryFields = {}) => {
	const only = input({ id: 'input-1', label: 'Photo', ...own });
	const { inputs, problems } = checkInputs(
		app({ inputs: [only] }),
		{ given: new Map([[only, value]]), problems: [] },
		binaries,
	);
	return { input: inputs['input-1'], problems };
};

const accepted = (value: unknown) => ({ input: { value }, problems: [] });
const refusedWith = (problem: string) => ({ input: undefined, problems: [problem] });

describe('a text input', () => {
	it.each([
		['a red car', 'a red car'],
		[' kept as it is ', ' kept as it is '],
		[2024, '2024'],
		[true, 'true'],
	])('takes %j as %j', (value, expected) => {
		expect(check({ type: 'text' }, value)).toEqual(accepted(expected));
	});

	it.each([
		[['a'], '“["a"]”'],
		[{ a: 1 }, '“{"a":1}”'],
	])('refuses %j', (value, shown) => {
		expect(check({ type: 'text' }, value)).toEqual(
			refusedWith(`“Photo” needs text, but got ${shown}`),
		);
	});
});

describe('a number input', () => {
	it.each([
		[0, 0],
		['42', 42],
		[' -1.5 ', -1.5],
		['1e3', 1000],
	])('takes %j as %d', (value, expected) => {
		expect(check({ type: 'number' }, value)).toEqual(accepted(expected));
	});

	it.each([
		['many', '“many”'],
		['1,5', '“1,5”'],
		['Infinity', '“Infinity”'],
		[true, '“true”'],
		[[1], '“[1]”'],
		[{}, '“{}”'],
	])('refuses %j', (value, shown) => {
		expect(check({ type: 'number' }, value)).toEqual(
			refusedWith(`“Photo” needs a number, but got ${shown}`),
		);
	});
});

describe('a select input', () => {
	const type = 'select';
	const options = [
		{ value: 'bright', label: 'Bright light' },
		{ value: 2, label: 'Two' },
		{ value: 'two', label: 'Second' },
	];

	it.each([
		['bright', 'bright'],
		[' bright ', 'bright'],
		['BRIGHT LIGHT', 'bright'],
		[2, 2],
		['2', 2],
		['two', 'two'],
		['TWO', 2],
	])('takes %j as %j', (value, expected) => {
		expect(check({ type, options }, value)).toEqual(accepted(expected));
	});

	it('refuses what is no option, and lists those there are', () => {
		expect(check({ type, options }, 'dim')).toEqual(
			refusedWith(
				'“Photo” has no option “dim”; choose one of: Bright light (bright), Two (2), Second (two)',
			),
		);
		expect(check({ type, options }, ['bright'])).toEqual(
			refusedWith('“Photo” needs one of its options, but got “["bright"]”'),
		);
	});

	it('lists a dozen options at most', () => {
		const many = Array.from({ length: 30 }, (_, i) => ({
			value: `v${String(i)}`,
			label: `v${String(i)}`,
		}));
		const [problem] = check({ type, options: many }, 'x').problems;
		expect(problem).toMatch(/: v0, .*, v11, …$/);
	});

	it('takes anything where the API tells no options', () => {
		expect(check({ type }, 'any')).toEqual(accepted('any'));
	});
});

describe('a creation input', () => {
	const image = { type: 'creation', media_type: 'image' } as const;
	const video = { type: 'creation', media_type: 'video' } as const;
	const any = { type: 'creation', media_type: null } as const;
	const photo = file({ field: 'photo' });
	const song = file({ field: 'song', mimeType: 'audio/mpeg' });
	const text = file({ field: 'doc', mimeType: 'text/plain' });
	const binaries = { photo, song, doc: text };

	it('takes the name of a binary field first', () => {
		expect(check(image, ' photo ', binaries)).toEqual({ input: { file: photo }, problems: [] });
	});

	it.each([
		[image, 'song', 'an image', 'audio/mpeg'],
		[video, 'photo', 'a video', 'image/png'],
		[{ ...any, media_type: 'audio' } as const, 'photo', 'an audio file', 'image/png'],
		[any, 'doc', 'an image, a video or an audio file', 'text/plain'],
	])('refuses a binary field of another media type', (own, field, wanted, mimeType) => {
		expect(check(own, field, binaries)).toEqual(
			refusedWith(`“Photo” needs ${wanted}, but the binary field “${field}” is ${mimeType}`),
		);
	});

	it('takes any medium where the app names none', () => {
		expect(check(any, 'song', binaries).problems).toEqual([]);
	});

	it.each(['https://x.example/a.png?b=c', 'HTTP://x.example'])('takes a URL: %s', (url) => {
		expect(check(image, ` ${url} `, binaries)).toEqual(accepted(url));
	});

	it('refuses a URL that is none', () => {
		expect(check(image, 'https://')).toEqual(
			refusedWith('“Photo” has a URL that cannot be read: “https://”'),
		);
	});

	it.each([
		'data:image/png;base64,iVBORw0KGgo=',
		'data:image/png;name=a.png;base64,iVBORw0K\n Ggo=',
		'DATA:image/svg+xml;BASE64,iVBORw0KGgo=',
	])('takes a data: URI as it was given: %j', (uri) => {
		expect(check(image, uri)).toEqual(accepted(uri));
	});

	it('refuses a data: URI of another media type', () => {
		expect(check(image, 'data:video/mp4;base64,AAAA')).toEqual(
			refusedWith('“Photo” needs an image, but the data: URI is video/mp4'),
		);
		expect(check(any, 'data:;base64,AAAA')).toEqual(
			refusedWith(
				'“Photo” needs an image, a video or an audio file, but the data: URI is text/plain',
			),
		);
	});

	it.each(['data:image/png,AAAA', 'data:image/png;base64,', 'data:nonsense'])(
		'refuses a data: URI that is not base64: %j',
		(uri) => {
			expect(check(image, uri)).toEqual(refusedWith('“Photo” has a data: URI that is not base64'));
		},
	);

	it.each([
		['data:image/png;base64,filesystem-v2', 'n8n’s own note'],
		['data:image/png;base64,s3:workflows/1/a', 'n8n’s own note'],
		['data:image/png;base64,undefined', 'is not base64'],
		['data:image/png;base64,null', 'is not base64'],
		['data:image/png;base64,https://x.example/a.png', 'is not base64'],
		['data:image/png;base64,data:image/png;base64,iVBORw0K', 'is not base64'],
	])('refuses %j, which holds no file', (uri, said) => {
		expect(check(image, uri).problems).toEqual([expect.stringContaining(said)]);
	});

	it.each([
		[image, 'https://x.example/a.mp4', 'an image', '.mp4'],
		[image, 'https://x.example/a.pdf', 'an image', '.pdf'],
		[image, 'https://x.example/page.html#top', 'an image', '.html'],
		[video, 'https://x.example/a.JPG', 'a video', '.JPG'],
		[{ ...any, media_type: 'audio' } as const, 'https://x.example/a.png', 'an audio file', '.png'],
		[any, 'https://x.example/a.zip', 'an image, a video or an audio file', '.zip'],
	])('refuses a URL that ends like another kind of file', (own, url, wanted, end) => {
		expect(check(own, url)).toEqual(
			refusedWith(`“Photo” needs ${wanted}, but its URL ends in ${end}`),
		);
	});

	it.each([
		[image, 'https://x.example/a'],
		[image, 'https://x.example/a.HEIC'],
		[image, 'https://x.example/a.mp4?frame=1'],
		[image, 'https://x.example/a.php'],
		[video, 'https://x.example/a.gif'],
		[{ ...any, media_type: 'audio' } as const, 'https://x.example/a.mp4'],
		[any, 'https://x.example/a.mp4'],
	])('takes a URL whose end does not tell against it', (own, url) => {
		expect(check(own, url)).toEqual(accepted(url));
	});

	it('takes base64 as it is, without its line breaks', () => {
		const base64 = Buffer.alloc(60, 7).toString('base64');
		expect(check(image, `${base64.slice(0, 76)}\r\n${base64.slice(76)}\n`, binaries)).toEqual(
			accepted(base64),
		);
	});

	it.each(['vCrK3Aa47y', 'a1b2c3', '3f2b8c1e-0c1d-4e5f-8a9b-0c1d2e3f4a5b'])(
		'takes the id of a creation: %s',
		(id) => {
			expect(check(image, id)).toEqual(accepted(id));
		},
	);

	it('takes an id that came as a number', () => {
		expect(check(image, 1234567)).toEqual(accepted('1234567'));
	});

	it('still takes an id where the item has binary data', () => {
		expect(check(image, 'vCrK3Aa47y', binaries)).toEqual(accepted('vCrK3Aa47y'));
	});

	it.each(['abc123', 'photo12345', 'LSFgqqrswO'])(
		'takes the id %s beside a binary field that it does not resemble',
		(id) => {
			expect(check(image, id, { data: photo })).toEqual(accepted(id));
		},
	);

	it.each(['dat', 'data1'])('takes %s for a slip of the binary field “data”', (slip) => {
		expect(check(image, slip, { data: photo })).toEqual(
			refusedWith(
				`“Photo” is “${slip}”, which is no binary field of the item, URL, base64 or creation id; the item’s binary fields are “data”`,
			),
		);
	});

	it.each(['product', 'productPhoto', 'product_photo', 'image_1', 'fields'])(
		'refuses the word %s, which names no binary field of an item that has some',
		(word) => {
			expect(check(image, word, binaries)).toEqual(
				refusedWith(
					`“Photo” is “${word}”, which is no binary field of the item, URL, base64 or creation id; the item’s binary fields are “photo”, “song”, “doc”`,
				),
			);
		},
	);

	it.each(['data', 'a red car', 'product'])('refuses %j, which can be none of these', (value) => {
		expect(check(image, value)).toEqual(
			refusedWith(
				`“Photo” is “${value}”, which is no binary field of the item, URL, base64 or creation id; the item has no binary data`,
			),
		);
	});

	it.each([
		'image.png',
		'./a.png',
		'/home/x.png',
		'C:\\pictures\\x.png',
		'~/x',
		'IMG_1234.HEIC',
		'\\\\nas\\a',
		'invoice.pdf',
	])('says of the file name %j to read the file first', (value) => {
		expect(check(image, value)).toEqual(
			refusedWith(
				`“Photo” is “${value}”, the name of a file; read the file by a node before this one, and enter the name of the binary field that it is in; the item has no binary data`,
			),
		);
	});

	it.each(['filesystem-v2', 'filesystem', 's3', 'database', 's3:workflows/1/executions/2/a'])(
		'says of n8n’s own note %j to enter the name of the field, whatever the item has',
		(value) => {
			for (const [fields, there] of [
				[{}, 'the item has no binary data'],
				[{ photo }, 'the item’s binary fields are “photo”'],
			] as const) {
				expect(check(image, value, fields)).toEqual(
					refusedWith(
						`“Photo” is “${value}”, which is n8n’s own note of where it keeps a file; enter the name of the binary field alone, without {{ }}; ${there}`,
					),
				);
			}
		},
	);

	it('refuses a binary field that holds no file, and one whose file is empty', () => {
		const fields = { broken: null, empty: file({ field: 'empty', bytes: 0 }) };
		expect(check(image, 'broken', fields)).toEqual(
			refusedWith(
				'“Photo” names the binary field “broken”, which holds no file that n8n can read; look at the output of the node that made it',
			),
		);
		expect(check(image, 'empty', fields).problems).toEqual([
			expect.stringMatching(/^“Photo” names the binary field “empty”, whose file is empty/),
		]);
	});

	it.each([
		['image/gif', 'image', 5_000_001, /6 MB\) cannot be sent: convert it to PNG, JPEG or WebP/],
		['video/x-matroska', 'video', 9_000_000, /9 MB\) cannot be sent: convert it to MP4, WebM/],
		['audio/flac', 'audio', 9_000_000, /9 MB\) cannot be sent: convert it to MP3, WAV, M4A/],
		['image/png', 'image', 1024 ** 3 + 1, /upload takes 1 GiB at most; make it smaller/],
	] as const)('refuses %s for an %s where it is too large', (mimeType, media_type, bytes, said) => {
		const type = { type: 'creation', media_type } as const;
		const [problem] = check(type, 'photo', { photo: file({ mimeType, bytes }) }).problems;
		expect(problem).toMatch(said);
		expect(problem).toContain('“Photo”');
	});

	it.each([
		['image/gif', 5_000_000],
		['image/gif', null],
		['image/png', 1024 ** 3],
	])('takes %s of %p bytes', (mimeType, bytes) => {
		expect(check(image, 'photo', { photo: file({ mimeType, bytes }) }).problems).toEqual([]);
	});

	it('refuses a URL that is out of reach, as it is told', () => {
		const forbidden = (url: string) =>
			url.includes('n8n:') ? '(http://n8n:5678) is near' : undefined;
		const only = input({ id: 'input-1', label: 'Photo', ...image });
		const problemsOf = (value: string) =>
			checkInputs(
				app({ inputs: [only] }),
				{ given: new Map([[only, value]]), problems: [] },
				{},
				forbidden,
			).problems;
		expect(problemsOf('http://n8n:5678/x.png')).toEqual([
			'“Photo” has a URL that Magnific cannot fetch: its address (http://n8n:5678) is near; use a public address, or get the file in this workflow and enter the name of its binary field',
		]);
		expect(problemsOf('https://x.example/a.png')).toEqual([]);
	});

	it.each(['constructor', 'toString', '__proto__'])(
		'does not take the word %s for a binary field',
		(word) => {
			expect('file' in (check(image, word, binaries).input ?? {})).toBe(false);
		},
	);

	it('does not take prose for base64', () => {
		const prose =
			'a red car on a wet road at night with many lights and a lot of rain falling down';
		expect(check(image, prose).problems).toHaveLength(1);
	});

	it.each([[['a']], [{ url: 'https://x.example' }], [true]])('refuses %j', (value) => {
		expect(check(image, value).problems).toEqual([
			expect.stringMatching(
				/^“Photo” needs the name of a binary field, a URL, base64 or a creation id, but got “/,
			),
		]);
	});

	it('takes the description of a binary field, as {{ $binary.photo }} gives it', () => {
		const photo = file({ field: 'photo', fileKey: 'filesystem-v2:a/b' });
		const described = { mimeType: 'image/png', fileName: 'a.png', id: 'filesystem-v2:a/b' };
		expect(check(image, described, { song: file(), photo })).toEqual({
			input: { file: photo },
			problems: [],
		});
	});

	it.each([[{ mimeType: 'image/png' }], [{ mimeType: 'image/png', id: 'of another item' }]])(
		'says to enter the name alone for the description of a file that it does not find: %j',
		(described) => {
			expect(check(image, described, { photo: file({ field: 'photo' }) })).toEqual(
				refusedWith(
					'“Photo” has a binary file as its value, which is not known to be one of this item; enter the name of the binary field alone, without {{ }}; the item’s binary fields are “photo”',
				),
			);
		},
	);

	it('shows the beginning of a long value only', () => {
		const [problem = ''] = check(image, `no ${'x'.repeat(500)}`).problems;
		expect(problem).toContain('…”');
		expect(problem.length).toBeLessThan(200);
	});
});

describe('a list', () => {
	it.each([
		['sea\n sand \n\nsun', ['sea', 'sand', 'sun']],
		['sea\r\nsand', ['sea', 'sand']],
		['sea', 'sea'],
		['["sea"]', ['sea']],
		[['sea'], ['sea']],
	])('given as %j is sent as %j', (value, sent) => {
		expect(check({ type: 'list' }, value)).toEqual(accepted(sent));
	});
});

describe('what is left of an expression', () => {
	const options = [{ value: '{{ $json.style }}', label: 'Odd' }];

	it.each([
		['text', '{{ $json.title }}', '{{ $json.title }}'],
		['text', "A poster for {{$('X').item.json.y}}, please", "{{$('X').item.json.y}}"],
		['number', '{{ $itemIndex }}', '{{ $itemIndex }}'],
		['creation', '{{ $binary.data }}', '{{ $binary.data }}'],
		['creation', 'https://x.example/{{ $json.id }}.png', '{{ $json.id }}'],
		['select', '{{ $json.other }}', '{{ $json.other }}'],
		['list', '["{{ $now }}"]', '{{ $now }}'],
		['hologram', { deep: [{ '{{ $vars.x }}': 1 }] }, '{{ $vars.x }}'],
	])('is refused in a %s: %j', (type, value, expression) => {
		expect(check({ type, options }, value)).toEqual(
			refusedWith(
				`“Photo” holds the expression “${expression}” as plain text; switch the field to Expression, so that n8n puts its value there`,
			),
		);
	});

	it('is refused in a select of which the API tells no options', () => {
		expect(check({ type: 'select' }, '{{ $json.style }}').problems).toHaveLength(1);
	});

	it('may be an option of the app, or its own default', () => {
		expect(check({ type: 'select', options }, '{{ $json.style }}').problems).toEqual([]);
		const own = 'Use {{ $json.title }}';
		expect(check({ type: 'text', default: own }, own)).toEqual(accepted(own));
	});

	it.each(['text', 'list', 'creation'])('is told of an object that became text: %s', (type) => {
		expect(check({ type }, 'for [object Object]').problems).toEqual([
			expect.stringMatching(/^“Photo” holds “\[object Object\]”, .* one field of the object/),
		]);
	});

	it.each(['undefined', ' null ', 'NaN', 'Invalid DateTime'])(
		'is told where a text is nothing but %j',
		(value) => {
			expect(check({ type: 'text' }, value).problems).toEqual([
				expect.stringMatching(/^“Photo” is the word “.*”, which stands where an expression found/),
			]);
		},
	);

	it('is not seen in a text that only has such a word in it', () => {
		const text = 'null and undefined are words of programmers';
		expect(check({ type: 'text' }, text)).toEqual(accepted(text));
	});
});

describe('an input of a type that came later', () => {
	it.each([
		['a, b', 'a, b'],
		[7, 7],
		[
			['a', 'b'],
			['a', 'b'],
		],
		['["a", "b"]', ['a', 'b']],
		[' {"a": 1}', { a: 1 }],
		['[not json', '[not json'],
		['"text"', '"text"'],
	])('passes %j on as %j', (value, expected) => {
		expect(check({ type: 'list' }, value)).toEqual(accepted(expected));
	});
});

describe('the inputs of an item', () => {
	const prompt = input({ id: 'input-1', label: 'Prompt', required: true });
	const style = input({
		id: 'input-2',
		label: 'Style',
		type: 'select',
		required: true,
		default: 'dark',
		options: [
			{ value: 'dark', label: 'Dark' },
			{ value: 'light', label: 'Light' },
		],
	});
	const amount = input({ id: 'input-3', label: 'Amount', type: 'number', default: 3 });
	const definition = app({ inputs: [prompt, style, amount] });
	const checkAll = (given: Array<[AppInput, unknown]>, problems: string[] = []) =>
		checkInputs(definition, { given: new Map(given), problems }, {});

	it('get the default of a required input that is not given, and of no other', () => {
		expect(checkAll([[prompt, 'a']])).toEqual({
			inputs: { 'input-1': { value: 'a' }, 'input-2': { value: 'dark' } },
			problems: [],
		});
	});

	it('go as given where they are', () => {
		expect(
			checkAll([
				[amount, '7'],
				[style, 'Light'],
				[prompt, 'a'],
			]).inputs,
		).toEqual({
			'input-1': { value: 'a' },
			'input-2': { value: 'light' },
			'input-3': { value: 7 },
		});
	});

	it('are told to be missing by their label', () => {
		expect(checkAll([]).problems).toEqual(['“Prompt” is required, but has no value']);
		for (const empty of [null, undefined, '']) {
			expect(checkAll([[prompt, empty]]).problems).toHaveLength(1);
		}
	});

	it('have all that is wrong told at once', () => {
		expect(
			checkAll([
				[style, 'dim'],
				[amount, 'many'],
			]).problems,
		).toEqual([
			'“Prompt” is required, but has no value',
			'“Style” has no option “dim”; choose one of: Dark (dark), Light (light)',
			'“Amount” needs a number, but got “many”',
		]);
	});

	it('are not told to be missing where a value could not be matched: it may have been meant for them', () => {
		expect(checkAll([], ['“promt” is not an input of the app']).problems).toEqual([
			'“promt” is not an input of the app',
		]);
	});

	it('of an app without any are none', () => {
		expect(checkInputs(app(), { given: new Map(), problems: [] }, {})).toEqual({
			inputs: {},
			problems: [],
		});
	});
});
