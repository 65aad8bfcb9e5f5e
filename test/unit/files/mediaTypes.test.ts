import { extensionOf, mimeTypeOf } from '../../../nodes/Magnific/files/mediaTypes';

describe('the media type of a file', () => {
	it.each<[string | undefined, string | undefined, string | undefined]>([
		['image/png', 'a.jpg', 'image/png'],
		['IMAGE/PNG; charset=binary', undefined, 'image/png'],
		['application/octet-stream', 'clip.MP4', 'video/mp4'],
		['binary/octet-stream', 'https://x.example/a/b.webp', 'image/webp'],
		['', 'song.mp3', 'audio/mpeg'],
		[undefined, 'photo.jpeg', 'image/jpeg'],
		['application/octet-stream', 'notes.xyz', undefined],
		['application/octet-stream', 'png', undefined],
		[undefined, undefined, undefined],
		['application/octet-stream', 'a.constructor', undefined],
		['text/plain', 'photo.png', 'image/png'],
		['text/plain; charset=utf-8', 'notes.txt', undefined],
		['image/*', 'photo.JFIF', 'image/jpeg'],
		['application/octet-stream', 'photo.jpe', 'image/jpeg'],
		['application/octet-stream', 'sound.oga', 'audio/ogg'],
		['image/jpg', 'a.png', 'image/jpeg'],
		['image/pjpeg', undefined, 'image/jpeg'],
		['image/x-png', undefined, 'image/png'],
		['Audio/X-M4A', undefined, 'audio/mp4'],
		['audio/m4a', undefined, 'audio/mp4'],
		['audio/mp3', undefined, 'audio/mpeg'],
		['audio/x-mpeg', undefined, 'audio/mpeg'],
		['audio/x-wav', undefined, 'audio/wav'],
		['audio/wave', undefined, 'audio/wav'],
		['audio/vnd.wave', undefined, 'audio/wav'],
		['audio/opus', undefined, 'audio/ogg'],
		['video/x-m4v', undefined, 'video/mp4'],
		['video/x-quicktime', undefined, 'video/quicktime'],
		['video/mov', undefined, 'video/quicktime'],
		['video/mpeg4', undefined, 'video/mp4'],
		['video/x-mp4', undefined, 'video/mp4'],
		['audio/x-webm', undefined, 'audio/webm'],
		['audio/x-mpeg-3', undefined, 'audio/mpeg'],
		['audio/oga; codecs=opus', undefined, 'audio/ogg'],
		['application/ogg', undefined, 'audio/ogg'],
		['application/x-png', undefined, 'image/png'],
		['jpeg', undefined, 'image/jpeg'],
		['.png', undefined, 'image/png'],
		['image/jpeg, image/png', undefined, 'image/jpeg'],
		['image/svg', undefined, 'image/svg+xml'],
		['video/ogg', undefined, 'video/ogg'],
		['video/x-matroska', undefined, 'video/x-matroska'],
		['application/pdf', 'a.png', 'application/pdf'],
		['image/constructor', undefined, 'image/constructor'],
	])('declared as %j and named %j is %j', (declared, fileName, expected) => {
		expect(mimeTypeOf(declared, fileName)).toBe(expected);
	});

	it('has its usual extension', () => {
		expect(
			['image/png', 'image/jpeg', 'video/mp4', 'audio/mpeg', 'image/webp'].map(extensionOf),
		).toEqual(['png', 'jpeg', 'mp4', 'mp3', 'webp']);
		expect(
			['audio/mp4', 'video/quicktime', 'audio/ogg', 'audio/wav', 'image/tiff'].map(extensionOf),
		).toEqual(['m4a', 'mov', 'oga', 'wav', 'tif']);
		expect(extensionOf('text/plain')).toBeUndefined();
		expect(extensionOf(undefined)).toBeUndefined();
	});

	it('comes back from its extension', () => {
		for (const mimeType of ['image/jpeg', 'audio/ogg', 'audio/mp4', 'video/quicktime']) {
			expect(mimeTypeOf(undefined, `a.${extensionOf(mimeType) ?? ''}`)).toBe(mimeType);
		}
	});
});
