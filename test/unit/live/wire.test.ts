import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { freePort } from '../../../scripts/lib/services/ports';
import { Wire } from '../../../scripts/lib/live/wire';

let server: Server;
let url: string;

beforeEach(async () => {
	server = createServer((request, response) => {
		if (request.url === '/v1/ai/apps') response.setHeader('X-Some', ['a', 'b']).end('{"data":[]}');
		if (request.url === '/moved') response.writeHead(302, { location: '/v1/ai/apps' }).end();
		if (request.url === '/page') response.end('<html>');
	});
	const port = await freePort();
	server.listen(port, '127.0.0.1');
	await once(server, 'listening');
	url = `http://127.0.0.1:${String(port)}`;
});
afterEach(() => {
	server.closeAllConnections();
	server.close();
});

const wire = (): Wire => new Wire(url, () => undefined);

it('notes request and answer, with the route and the step that they belong to', async () => {
	const one = wire();
	const answer = await one.during('list', () => one.send({ url: `${url}/v1/ai/apps` }));
	expect(answer).toMatchObject({ statusCode: 200, body: { data: [] } });
	expect(one.exchanges).toMatchObject([
		{
			route: 'list',
			step: 'list',
			request: { method: 'GET', path: '/v1/ai/apps', body: null },
			answer: { status: 200, headers: { 'x-some': 'a, b' }, body: { data: [] } },
		},
	]);
});

it('follows no redirect, and takes what is no JSON as text', async () => {
	const one = wire();
	expect(await one.send({ url: `${url}/moved` })).toMatchObject({ statusCode: 302 });
	expect(await one.send({ url: `${url}/page` })).toMatchObject({ body: '<html>' });
});

it('gives up a server that does not answer, and notes that nothing came', async () => {
	const one = wire();
	await expect(one.send({ url: `${url}/silent`, timeout: 50 })).rejects.toMatchObject({
		code: 'ECONNABORTED',
	});
	expect(one.exchanges).toMatchObject([{ route: 'unknown', answer: null }]);
});
