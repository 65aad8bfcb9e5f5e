import { creditText, inputFacts, type App } from '../apps/app';
import type { DeliveryRecord, RequestLogEntry } from '../control/types';
import type { StoredFile } from '../files';
import { mediaTypeOf } from '../media/sniff';
import { resultFileIds } from '../runs/results';
import type { Run } from '../runs/run';
import type { World } from '../world';
import { Html, html } from './html';
import { STYLE } from './style';

const RUNS_SHOWN = 40;
const ROWS_SHOWN = 25;
const REFRESH_MS = 2_000;

/** The whole page; a script replaces its `main` every two seconds. */
export function statusPage(world: World): string {
	const { settings } = world;
	const page = html`<!doctype html>
		<html lang="en">
			<head>
				<meta charset="utf-8" />
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<title>Local Magnific</title>
				<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON)}" />
				<style>
					${new Html(STYLE)}
				</style>
				<noscript><meta http-equiv="refresh" content="5" /></noscript>
			</head>
			<body>
				<header>
					<div>
						<h1>Local Magnific</h1>
						<p>A stand-in for the Apps API, on this machine only. Nothing here costs anything.</p>
					</div>
					<dl class="facts">
						<dt>Base URL</dt>
						<dd><code>${world.url}</code></dd>
						<dt>API key</dt>
						<dd><code>${world.apiKey}</code></dd>
						<dt>Webhook secret</dt>
						<dd><code>${world.webhookSecret}</code></dd>
						<dt>Answers</dt>
						<dd>
							/v1/ai/${settings.families.join(', /v1/ai/')}, ${settings.requestsPerMinute} requests
							a minute, time × ${settings.timeScale}
						</dd>
					</dl>
				</header>
				<main>${content(world)}</main>
				<script>
					setInterval(async () => {
						if (
							document.hidden ||
							[...document.querySelectorAll('audio,video')].some((m) => !m.paused)
						)
							return;
						try {
							const text = await (await fetch('/')).text();
							const next = new DOMParser().parseFromString(text, 'text/html').querySelector('main');
							const main = document.querySelector('main');
							if (next && main.innerHTML !== next.innerHTML) main.innerHTML = next.innerHTML;
						} catch {}
					}, ${REFRESH_MS});
				</script>
			</body>
		</html>`;
	return page.source;
}

const ICON =
	'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#5b4bdb"/><circle cx="8" cy="8" r="3.5" fill="#fff"/></svg>';

function content(world: World): Html {
	const runs = world.runs.all().reverse();
	const uploads = world.files.all().filter((file) => file.origin === 'upload');
	const requests = world.requests.find().reverse();
	const deliveries = world.webhooks.deliveries().reverse();
	const spent = runs.reduce((sum, { record }) => sum + record.credits, 0);
	return html`
		${section(
			'Runs',
			`${String(runs.length)} so far, ${String(spent)} credits, ${String(world.settings.credits)} left`,
			runsTable(runs, world),
		)}
		${section('Apps', 'as the API lists them', appCards([...world.apps.values()]))}
		${uploads.length === 0 ? '' : section('Uploads', String(uploads.length), gallery(uploads))}
		${deliveries.length === 0
			? ''
			: section('Callbacks', String(deliveries.length), deliveriesTable(deliveries))}
		${section('Requests', `${String(requests.length)} in the log`, requestsTable(requests))}
		<footer>
			What can be made to happen here (delays, faults, forged callbacks) is under /control.
		</footer>
	`;
}

function section(title: string, note: string, body: Html): Html {
	return html`<h2>${title} <small>${note}</small></h2>
		${body}`;
}

function runsTable(runs: Run[], world: World): Html {
	if (runs.length === 0) {
		return html`<div class="card none">
			None yet. Run one from n8n, or with <code>npm run demo</code>.
		</div>`;
	}
	const rows = runs.slice(0, RUNS_SHOWN).map((run) => {
		const { record } = run;
		const seconds = ((record.settled_at ?? Date.now()) - record.submitted_at) / 1000;
		return html`<tr>
			<td>${pill(record.status)}${run.settled ? '' : progress(run)}</td>
			<td>
				${record.app_name}
				<div class="note mono">${record.run_id}</div>
			</td>
			<td class="time">${clock(record.submitted_at)}</td>
			<td class="number">${seconds.toFixed(1)} s</td>
			<td class="number">${record.credits}</td>
			<td>${filesOf(run, world)}</td>
		</tr>`;
	});
	return html`<div class="scroll">
		<table>
			<tr>
				<th>Status</th>
				<th>App</th>
				<th>Started</th>
				<th class="number">Took</th>
				<th class="number">Credits</th>
				<th>Result</th>
			</tr>
			${rows}
		</table>
	</div>`;
}

function progress({ record, endsAt }: Run): Html {
	const share = (Date.now() - record.submitted_at) / Math.max(1, endsAt - record.submitted_at);
	const percent = Math.round(Math.min(1, share) * 100);
	return html`<div class="bar"><i style="width: ${percent}%"></i></div>`;
}

function filesOf({ record }: Run, world: World): Html {
	const files = resultFileIds(record.result).flatMap((id) => world.files.get(id) ?? []);
	const message = record.error_message;
	return html`<div class="files">${files.map(preview)}</div>
		${message === null ? '' : html`<div class="note">${message}</div>`}`;
}

function preview(file: StoredFile): Html {
	const url = `/status/files/${file.id}`;
	switch (mediaTypeOf(file.contentType)) {
		case 'image':
			return html`<a href="${url}" target="_blank"><img src="${url}" alt="" /></a>`;
		case 'video':
			return html`<a href="${url}" target="_blank"
				><video src="${url}" muted autoplay loop playsinline></video
			></a>`;
		case 'audio':
			return html`<audio src="${url}" controls preload="none"></audio>`;
		default:
			return html`<a href="${url}" target="_blank" class="file">${file.contentType}</a>`;
	}
}

function gallery(files: StoredFile[]): Html {
	const shown = files.slice(-ROWS_SHOWN).reverse();
	const items = shown.map((file) =>
		file.bytes === undefined
			? html`<span class="card file">announced: ${file.contentType}</span>`
			: preview(file),
	);
	return html`<div class="files gallery">${items}</div>`;
}

function appCards(apps: App[]): Html {
	return html`<div class="apps">${apps.map(appCard)}</div>`;
}

function appCard(app: App): Html {
	const cost = creditText(app.totalCost);
	const inputs = app.inputs.map((input) => {
		const facts = inputFacts(input);
		const kind = facts.mediaType ?? facts.type;
		const preset = facts.default === undefined ? '' : `, ${shown(facts.default)}`;
		return html`<li>
			<span>${facts.label}${facts.required ? html`<b title="required"> *</b>` : ''}</span>
			<em>${kind}${preset}</em>
		</li>`;
	});
	return html`<div class="card">
		<h3>${app.name} <span>${app.draft ? 'draft' : cost}</span></h3>
		<div class="id mono">${app.sqid} · ${app.durationS} s</div>
		<ul class="inputs">
			${inputs.length === 0 ? html`<li class="none">no inputs</li>` : inputs}
		</ul>
	</div>`;
}

function shown(value: unknown): string {
	return typeof value === 'string' ? value : JSON.stringify(value);
}

function requestsTable(requests: RequestLogEntry[]): Html {
	if (requests.length === 0) return html`<div class="card none">None yet.</div>`;
	const rows = requests.slice(0, ROWS_SHOWN).map(
		(entry) =>
			html`<tr>
				<td class="time">${clock(entry.at)}</td>
				<td class="mono">${entry.method} ${entry.path}</td>
				<td class="note">${entry.fault === undefined ? '' : `fault: ${entry.fault}`}</td>
				<td class="number">${statusPill(entry.status)}</td>
			</tr>`,
	);
	return html`<div class="scroll">
		<table>
			${rows}
		</table>
	</div>`;
}

function deliveriesTable(deliveries: DeliveryRecord[]): Html {
	const rows = deliveries.slice(0, ROWS_SHOWN).map(
		(delivery) =>
			html`<tr>
				<td class="time">${clock(delivery.at)}</td>
				<td>${delivery.event ?? ''} <span class="note mono">${delivery.run_id ?? ''}</span></td>
				<td class="mono note">${delivery.url}</td>
				<td class="note">${delivery.faults.join(', ')} ${delivery.error ?? ''}</td>
				<td class="number">${statusPill(delivery.status)}</td>
			</tr>`,
	);
	return html`<div class="scroll">
		<table>
			${rows}
		</table>
	</div>`;
}

const TONES: Record<string, string> = {
	pending: 'busy',
	running: 'busy',
	completed: 'good',
	completed_with_errors: 'part',
	failed: 'bad',
	cancelled: 'part',
};

function pill(status: string): Html {
	return html`<span class="pill ${TONES[status] ?? 'odd'}">${status.replaceAll('_', ' ')}</span>`;
}

function statusPill(status: number): Html {
	const tone = status === 0 ? 'odd' : status < 300 ? 'good' : status < 400 ? 'part' : 'bad';
	return html`<span class="pill ${tone}">${status === 0 ? 'no answer' : status}</span>`;
}

function clock(ms: number): string {
	return new Date(ms).toLocaleTimeString('en-GB');
}
