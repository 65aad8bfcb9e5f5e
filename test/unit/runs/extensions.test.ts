import { isOtherMedia, kindByName } from '../../../nodes/Magnific/runs/extensions';

describe('the end of a file’s name', () => {
	it.each([
		['a.png', 'image'],
		['/x/my.holiday.JPG', 'image'],
		['a.webp', 'image'],
		['a.mp4', 'video'],
		['a.mov', 'video'],
		['a.mp3', 'audio'],
		['a.opus', 'audio'],
		['a.pdf', 'document'],
		['a.xyz', undefined],
		['a.png.xyz', undefined],
		['a.png/', undefined],
		['png', undefined],
		['', undefined],
	])('of “%s” says that it is of kind %s', (name, kind) => {
		expect(kindByName(name)).toBe(kind);
	});

	it.each<[string, 'image' | 'video' | 'audio' | null, boolean]>([
		['a.png', 'image', false],
		['a.png', 'video', true],
		['a.png', 'audio', true],
		['a.png', null, false],
		['a.gif', 'video', false],
		['a.webp', 'video', false],
		['a.avif', 'video', false],
		['a.gif', 'audio', true],
		['a.mp4', 'image', true],
		['a.mp4', 'audio', false],
		['a.mp3', 'video', true],
		['a.pdf', 'image', true],
		['a.pdf', null, true],
		['a.xyz', 'image', false],
		['a.xyz', null, false],
	])('of “%s” rules it out where %s is needed: %s', (name, needed, isRuledOut) => {
		expect(isOtherMedia(name, needed)).toBe(isRuledOut);
	});
});
