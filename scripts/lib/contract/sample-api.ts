/** Answers of the API in which every documented field has a value, so that its type shows. */
export const SAMPLE = {
	appId: 'uqzQLDr2Aw',
	runId: 'vCrK3Aa47y',
	unknownRunId: 'nothing000',
	apiKey: 'sample-key',
	baseUrl: 'https://api.magnific.com',
} as const;

const app = {
	sqid: SAMPLE.appId,
	name: 'Sketch to Realism',
	tool_metadata: { total_cost: 5 },
	inputs: [
		{
			id: 'input-1',
			api_key: 'photo',
			type: 'creation',
			label: 'Photo',
			config: { mediaType: 'image' },
			default: 'https://files.magnific.com/default.png',
			required: false,
		},
		{
			id: 'input-2',
			api_key: 'style',
			type: 'select',
			label: 'Style',
			config: { options: [{ value: 'bold', label: 'Bold' }] },
			default: 'bold',
			required: false,
		},
	],
};

const file = {
	id: 'file-1',
	url: 'https://files.magnific.com/1.mp4',
	tool: 'upscale',
	width: 1024,
	height: 1024,
	duration: 3.5,
	created_at: '2026-11-24T02:00:20.000Z',
};

const sampleRun = {
	run_id: SAMPLE.runId,
	status: 'completed_with_errors',
	app_id: SAMPLE.appId,
	started_at: '2026-11-24T02:00:00.000Z',
	completed_at: '2026-11-24T02:00:21.000Z',
	error_message: 'one step failed',
	result: { images: [file], videos: [file], audios: [file] },
};

const creation = {
	id: 1,
	reference: 'a1b2c3d4-1111-4000-8000-000000000001',
	name: 'Sketch to Realism',
	tool_name: 'upscale',
	created_at: '2026-11-24T02:00:20.000Z',
	creation: {
		identifier: 'a1b2c3d4',
		family: 'image',
		tool: 'upscale',
		status: 'completed',
		url: file.url,
		preview: file.url,
	},
};

const upload = {
	file_id: 'upl_img_1',
	content_type: 'image/png',
	size_bytes: 5,
	created_at: '2026-11-24T02:00:20.000Z',
	expires_at: '2026-12-01T02:00:20.000Z',
	asset_url: file.url,
	asset_url_expires_in: 86_400,
};

const usage = {
	date: '2026-11-24T00:00:00.000Z',
	consumptions: [
		{
			tool: 'AI Image Models',
			user_uses: 1,
			user_credits: 5,
			user_usages: [
				{
					user_email: 'owner@example.com',
					user_uses: 1,
					user_credits: 5,
					project_name: 'Posters',
					group_name: 'Pictures',
				},
			],
		},
	],
};

const ROOT = `${SAMPLE.baseUrl}/v1/ai/apps`;

const ANSWERS: Record<string, unknown> = {
	[`GET ${ROOT}`]: { data: [app] },
	[`GET ${ROOT}/${SAMPLE.appId}`]: { data: app },
	[`POST ${ROOT}/${SAMPLE.appId}/run`]: { workflow_run_identifier: SAMPLE.runId },
	[`GET ${ROOT}/runs/${SAMPLE.runId}`]: { data: sampleRun },
	[`GET ${SAMPLE.baseUrl}/v1/creations/recent`]: { data: [creation] },
	[`GET ${SAMPLE.baseUrl}/v1/ai/uploads`]: { files: [upload] },
	[`POST ${SAMPLE.baseUrl}/v1/ai/uploads/request-url`]: {
		files: [{ ...upload, upload_url: 'https://files.magnific.com/put', headers: {} }],
	},
	[`POST ${SAMPLE.baseUrl}/v1/analytics/team-credit-usage`]: { data: [usage] },
};

/** What the API answers to a request, 404 where it knows nothing of it. */
export const sampleAnswer = (method: string, url: string): object => {
	const body = ANSWERS[`${method} ${url}`];
	return body === undefined
		? { statusCode: 404, headers: {}, body: { message: 'Not found' } }
		: { statusCode: 200, headers: {}, body };
};
