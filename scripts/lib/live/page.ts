import { html, Html } from '../../../emulator/status/html';
import { STYLE } from '../../../emulator/status/style';
import type { Row } from './assumptions';
import { VERDICTS, type Verdict } from './assumption';
import type { Exchange } from './exchange';

export interface Report {
	baseUrl: string;
	/** `2026-11-27`. */
	date: string;
	/** What went wrong on the way, as sentences. */
	trouble: readonly string[];
	rows: readonly Row[];
	exchanges: readonly Exchange[];
}

const OWN_STYLE = `
main { padding-bottom: 56px; }
.trouble { margin-top: 24px; border-left: 4px solid var(--bad); }
.trouble p { margin: 0; } .trouble p + p { margin-top: 8px; }
.sums { display: flex; gap: 10px; flex-wrap: wrap; margin-top: 24px; }
.sums .pill { font-size: 14px; padding: 4px 14px; }
.odd-ones { display: grid; gap: 8px; }
.odd-ones a { display: grid; grid-template-columns: 76px 1fr; gap: 10px; align-items: start; color: inherit;
	text-decoration: none; font-size: 14px; }
.odd-ones a:hover { text-decoration: underline; } .odd-ones .pill { justify-self: start; }
.assumptions tr:target { background: color-mix(in srgb, var(--accent) 9%, transparent); }
.quiet { --tone: var(--soft); }
.assumptions table { table-layout: fixed; }
.assumptions td { vertical-align: top; overflow-wrap: anywhere; }
.assumptions th:nth-child(1) { width: 42%; } .assumptions th:nth-child(3) { width: 130px; }
.assumptions .mono { color: var(--soft); font-size: 12px; }
details { margin-top: 12px; }
summary { cursor: pointer; color: var(--soft); }
pre { margin: 0; max-height: 340px; overflow: auto; font: 12px/1.5 ui-monospace, 'SF Mono', Menlo, monospace; }
.exchange { margin-top: 8px; }
.exchange summary { display: flex; gap: 10px; align-items: baseline; color: var(--ink); }
.exchange summary .note { margin-left: auto; white-space: nowrap; }
.exchange summary code { overflow-wrap: anywhere; }
.exchange h4 { margin: 12px 0 4px; font-size: 12.5px; font-weight: 500; color: var(--soft); }
@media (max-width: 700px) { header, main { padding-left: 12px; padding-right: 12px; } }
`;

const TONES: Record<Verdict, string> = {
	holds: 'good',
	differs: 'part',
	breaks: 'bad',
	unseen: 'quiet',
};

const WORDS: Record<Verdict, string> = {
	holds: 'holds',
	differs: 'differs',
	breaks: 'breaks',
	unseen: 'not seen',
};

/** Of several. */
const SUM_WORDS: Record<Verdict, string> = {
	holds: 'hold',
	differs: 'differ',
	breaks: 'break',
	unseen: 'not seen',
};

const MEANINGS: Record<Verdict, string> = {
	holds: 'as assumed',
	differs: 'otherwise, and the node gets on with it',
	breaks: 'otherwise, and the node cannot read it',
	unseen: 'nothing came by that could tell',
};

/** The report as one file, to be looked at in a browser. */
export function reportPage(report: Report): string {
	const { baseUrl, date, trouble, rows, exchanges } = report;
	const areas = [...new Set(rows.map(({ area }) => area))];
	return html`<!doctype html>
		<html lang="en">
			<head>
				<meta charset="utf-8" />
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<title>Magnific, as it answers</title>
				<style>
					${new Html(STYLE + OWN_STYLE)}
				</style>
			</head>
			<body>
				<header>
					<div>
						<h1>Magnific, as it answers</h1>
						<p>What this project takes for granted of the API, and what was seen.</p>
					</div>
					<dl class="facts">
						<dt>Base URL</dt>
						<dd><code>${baseUrl}</code></dd>
						<dt>Seen on</dt>
						<dd>${date}</dd>
						<dt>Requests</dt>
						<dd>${exchanges.filter(({ route }) => route !== 'callback').length}</dd>
						<dt>Callbacks</dt>
						<dd>${exchanges.filter(({ route }) => route === 'callback').length}</dd>
					</dl>
				</header>
				<main>
					${trouble.length === 0
						? ''
						: html`<div class="card trouble">
								${trouble.map((sentence) => html`<p>${sentence}</p>`)}
							</div>`}
					<div class="sums">${VERDICTS.map((verdict) => sum(verdict, rows))}</div>
					<p class="note">
						${(['differs', 'breaks'] as const).map(
							(verdict) => html`<b>${WORDS[verdict]}</b>: ${MEANINGS[verdict]}. `,
						)}
					</p>
					${oddOnes(rows)}
					<div class="assumptions">${areas.map((area) => areaTable(area, rows))}</div>
					<h2>Exchanges <small>with secrets, mails and names replaced</small></h2>
					${exchanges.map(exchangeCard)}
				</main>
			</body>
		</html>`.source;
}

function sum(verdict: Verdict, rows: readonly Row[]): Html {
	const count = rows.filter((row) => row.verdict === verdict).length;
	return html`<span class="pill ${TONES[verdict]}" title="${MEANINGS[verdict]}"
		>${count} ${SUM_WORDS[verdict]}</span
	>`;
}

/** What is not as assumed, the worst first, so that nobody has to look for it. */
function oddOnes(rows: readonly Row[]): Html | '' {
	const odd = (['breaks', 'differs'] as const).flatMap((verdict) =>
		rows.filter((row) => row.verdict === verdict),
	);
	if (odd.length === 0) return '';
	return html`<div class="card odd-ones">
		${odd.map(
			({ id, says, verdict }) =>
				html`<a href="#${id}"
					><span class="pill ${TONES[verdict]}">${WORDS[verdict]}</span>${says}</a
				>`,
		)}
	</div>`;
}

function areaTable(area: string, rows: readonly Row[]): Html {
	const own = rows.filter((row) => row.area === area);
	return html`<h2>${area}</h2>
		<table>
			<tr>
				<th>Assumption</th>
				<th>Seen</th>
				<th>Verdict</th>
			</tr>
			${own.map(
				({ id, says, seen, verdict }) =>
					html`<tr id="${id}">
						<td>
							${says}
							<div class="mono">${id}</div>
						</td>
						<td>${seen}</td>
						<td>
							<span class="pill ${TONES[verdict]}" title="${MEANINGS[verdict]}"
								>${WORDS[verdict]}</span
							>
						</td>
					</tr>`,
			)}
		</table>`;
}

function exchangeCard({ step, at, request, answer, facts }: Exchange): Html {
	const status = answer?.status ?? 0;
	const tone = status === 0 ? 'odd' : status < 300 ? 'good' : status < 400 ? 'part' : 'bad';
	return html`<details class="card exchange">
		<summary>
			<span class="pill ${tone}">${status === 0 ? 'no answer' : status}</span>
			<code>${request.method} ${request.path}</code>
			<span class="note">${step}, ${at.slice(11, 19)}</span>
		</summary>
		<h4>Request</h4>
		<pre>${json({ headers: request.headers, body: request.body })}</pre>
		<h4>Answer</h4>
		<pre>${json(answer && { headers: answer.headers, body: answer.body })}</pre>
		${facts === undefined
			? ''
			: html`<h4>Besides</h4>
					<pre>${json(facts)}</pre>`}
	</details>`;
}

const json = (value: unknown): string => JSON.stringify(value, null, 2);
