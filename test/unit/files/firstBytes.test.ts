import sharp from 'sharp';
import { FIRST_BYTES, typeByFirstBytes } from '../../../nodes/Magnific/files/firstBytes';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const ftyp = (major: string, compatible = ''): Buffer => {
	const size = 16 + compatible.length;
	return Buffer.concat([
		hex(size.toString(16).padStart(8, '0')),
		latin1(`ftyp${major}\0\0\0\0${compatible}`),
	]);
};

describe('the first bytes of a file', () => {
	it.each(['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const)(
		'tell a picture made as %s',
		async (format) => {
			const bytes = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
				.toFormat(format)
				.toBuffer();
			expect(typeByFirstBytes(bytes.subarray(0, FIRST_BYTES))).toBe(`image/${format}`);
		},
	);

	it.each<[string, Buffer, string, string | undefined]>([
		['an MP4', ftyp('isom', 'isomavc1'), '', 'video/mp4'],
		['a phone’s M4V', ftyp('M4V '), '', 'video/mp4'],
		['a recording', ftyp('M4A '), 'application/octet-stream', 'audio/mp4'],
		['an MP4 with sound alone', ftyp('mp42'), 'audio/mp4', 'audio/mp4'],
		['a film', ftyp('qt  '), 'video/mp4', 'video/quicktime'],
		['an old film', latin1('\0\0\0\x08wide'), '', 'video/quicktime'],
		['an HEIC', ftyp('heic'), 'image/jpeg', 'image/heic'],
		['an AVIF under HEIF’s name', ftyp('mif1', 'mif1avif'), '', 'image/avif'],
		['a WebM', Buffer.concat([hex('1a45dfa3'), latin1('..B\x82\x84webm')]), '', 'video/webm'],
		[
			'a WebM with sound',
			Buffer.concat([hex('1a45dfa3'), latin1('webm')]),
			'audio/webm',
			'audio/webm',
		],
		[
			'a Matroska',
			Buffer.concat([hex('1a45dfa3'), latin1('B\x82\x88matroska')]),
			'video/webm',
			'video/x-matroska',
		],
		['an Ogg', latin1('OggS\0\x02...OpusHead'), '', 'audio/ogg'],
		['an Ogg with a film', latin1('OggS\0\x02...\x80theora'), '', 'video/ogg'],
		['an MP3 with tags', latin1('ID3\x04'), '', 'audio/mpeg'],
		['a bare MP3', hex('fffb9064'), '', 'audio/mpeg'],
		['an MP3 of MPEG 2', hex('fff348c4'), '', 'audio/mpeg'],
		['an AAC', hex('fff15080'), '', 'audio/aac'],
		['a WAV', latin1('RIFF\0\0\0\0WAVEfmt '), '', 'audio/wav'],
		['a long WAV', latin1('RF64\0\0\0\0WAVE'), '', 'audio/wav'],
		['a FLAC', latin1('fLaC'), '', 'audio/flac'],
		['a BMP', latin1('BM....\0\0\0\0'), '', 'image/bmp'],
		['a PDF', latin1('%PDF-1.7'), 'image/png', 'application/pdf'],
		['a web page', latin1(' \n<!DOCTYPE html><html>'), 'image/png', 'text/html'],
		['text that starts like a BMP', latin1('BMW is a car'), '', undefined],
		['text in UTF-16', hex('fffe410042004300'), '', undefined],
		['text', latin1('hello, this is text'), '', undefined],
		['half a header', latin1('RIFF'), '', undefined],
		['nothing', Buffer.alloc(0), '', undefined],
	])('tell %s', (_, bytes, declared, type) => {
		expect(typeByFirstBytes(bytes, declared)).toBe(type);
	});
});
